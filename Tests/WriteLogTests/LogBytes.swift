import Bytes

/// Builds logs byte by byte from the format's tables, by nothing that the target under test has.
struct LogBytes {
  var bytes: [UInt8] = []
  let sectorByteCount: Int
  private(set) var headerByteOffsets: [Int] = []

  /// - Parameter count: what the superblock says; `nil` leaves sector 0 all zero.
  init(sectorByteCount: Int = 512, count: UInt64?) {
    self.sectorByteCount = sectorByteCount
    if let count {
      bytes += [0x72, 0x68, 0x73, 0x77, 0x66, 0x73, 0x6a, 0x00]
      bytes += [1, 0, 0, 0, 0, 0, 0, 0]
      bytes += Self.word(count)
      bytes += Array(Self.word(UInt64(sectorByteCount)).prefix(4))
    }
    pad(toByteCount: sectorByteCount)
  }

  static func word(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// What an extension says, and nothing that follows from the entry.
  struct Proof {
    var identity: UInt64
    var index: UInt64
    var submission: UInt64 = 0
    var completion: UInt64 = 0
    var digest: UInt64 = 0
  }

  /// Appends a header sector and the data.
  mutating func entry(
    sector: UInt64 = 0, count: UInt64 = 0, flags: UInt64 = 0, text: String = "",
    data: [UInt8] = [], proof: Proof? = nil
  ) {
    headerByteOffsets.append(bytes.count)
    let start = bytes.count
    let fields =
      Self.word(sector) + Self.word(count) + Self.word(flags)
      + Self.word(UInt64(text.utf8.count))
    bytes += fields
    bytes += Array(text.utf8)
    if let proof {
      pad(toByteCount: start + (flags & 8 == 0 ? 64 : sectorByteCount - 64))
      let body =
        Array("pcutext1".utf8) + Self.word(proof.identity) + Self.word(proof.index)
        + Self.word(proof.submission) + Self.word(proof.completion) + Self.word(proof.digest)
        + [UInt8](repeating: 0xff, count: 12)
      bytes += body
      bytes += Array(Self.word(UInt64(Self.crc32c(fields + body))).prefix(4))
    }
    pad(toByteCount: start + sectorByteCount)
    bytes += data
  }

  /// A write of `count` sectors filled with `fill`.
  mutating func write(
    sector: UInt64, count: Int, fill: UInt8, flags: UInt64 = 0, proof: Proof? = nil
  ) {
    entry(
      sector: sector, count: UInt64(count), flags: flags,
      data: [UInt8](repeating: fill, count: count * sectorByteCount), proof: proof)
  }

  mutating func flush(proof: Proof? = nil) { entry(flags: 1, proof: proof) }

  mutating func zeroSectors(_ count: Int) {
    bytes += [UInt8](repeating: 0, count: count * sectorByteCount)
  }

  mutating func put(_ value: UInt64, byteCount: Int = 8, at byteOffset: Int) {
    bytes.replaceSubrange(
      byteOffset..<byteOffset + byteCount, with: Self.word(value).prefix(byteCount))
  }

  private mutating func pad(toByteCount byteCount: Int) {
    bytes += [UInt8](repeating: 0, count: byteCount - bytes.count)
  }

  /// CRC-32C bit by bit, reflected polynomial 0x82f63b78.
  static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var rest: UInt32 = ~0
    for byte in bytes {
      rest ^= UInt32(byte)
      for _ in 0..<8 { rest = rest & 1 == 1 ? (rest >> 1) ^ 0x82f6_3b78 : rest >> 1 }
    }
    return ~rest
  }

  var region: ByteRegion { ByteRegion(bytes) }
}

extension LogBytes {
  /// A log with one entry of each kind: write, write-zeroes, FUA write, discard, flush with data,
  /// flush, mark. The digests are those of sectors of 512 or 4096 bytes, as `xxhsum -H3` gives them.
  static func good(sectorByteCount: Int = 512, identity: UInt64? = nil) -> LogBytes {
    var log = LogBytes(sectorByteCount: sectorByteCount, count: 7)
    let digests: [UInt64] =
      sectorByteCount == 4096
      ? [0x2d8e_e77e_82e1_5c17, 0xe93d_3b57_4aa2_0c63, 0xe98c_f1ec_40ec_ef66]
      : [0xf349_e421_067a_6fbb, 0xb59e_bcdb_0673_8e24, 0x9e44_50b7_151c_aa27]
    func proof(_ index: UInt64, digest: UInt64 = 0) -> Proof? {
      identity.map {
        Proof(
          identity: $0, index: index, submission: 2 * index, completion: 2 * index + 1,
          digest: digest)
      }
    }
    log.write(sector: 8, count: 2, fill: 0xa1, proof: proof(0, digest: digests[0]))
    log.write(sector: 16, count: 3, fill: 0, proof: proof(1))
    log.write(
      sector: 1, count: 1, fill: 0xb2, flags: 2, proof: proof(2, digest: digests[1]))
    log.entry(sector: 32, count: 1 << 20, flags: 4, proof: proof(3))
    log.write(
      sector: 2, count: 1, fill: 0xc3, flags: 1 | 16,
      proof: proof(4, digest: digests[2]))
    log.flush(proof: proof(5))
    log.entry(flags: 8, text: "here", proof: proof(6))
    return log
  }
}
