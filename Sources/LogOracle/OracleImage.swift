import Bytes

/// The bytes of an image, as the oracle asks for them.
package struct OracleImage {
  package let byteCount: UInt64
  private let contents: (ByteRange) -> [UInt8]
  private let zeroByteCount: (UInt64) -> UInt64

  /// - Parameters:
  ///   - contents: the bytes of a range inside of the file.
  ///   - zeroByteCount: how many bytes from an offset on are known to be zero without reading them; 0
  ///     where nothing is known. Only for passing over the empty part of a large log.
  package init(
    byteCount: UInt64, contents: @escaping (ByteRange) -> [UInt8],
    zeroByteCount: @escaping (UInt64) -> UInt64 = { _ in 0 }
  ) {
    self.byteCount = byteCount
    self.contents = contents
    self.zeroByteCount = zeroByteCount
  }

  /// What the file has of a range; `nil` where it ends before the range does.
  func read(_ byteOffset: UInt64, _ count: UInt64) -> OracleBytes? {
    guard byteOffset <= byteCount, count <= byteCount - byteOffset else { return nil }
    return OracleBytes(contents(ByteRange(byteOffset: byteOffset, byteCount: count)))
  }

  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 { zeroByteCount(byteOffset) }
}

/// Bytes with the fields of [MS-VHDX]: unsigned and little-endian.
struct OracleBytes {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func u16(_ at: Int) -> UInt64 { number(at, 2) }
  func u32(_ at: Int) -> UInt64 { number(at, 4) }
  func u64(_ at: Int) -> UInt64 { number(at, 8) }
  func guid(_ at: Int) -> [UInt8] { Array(bytes[at..<at + 16]) }
  func text(_ at: Int, _ text: String) -> Bool {
    bytes[at..<at + 4].elementsEqual(text.utf8)
  }

  private func number(_ at: Int, _ count: Int) -> UInt64 {
    bytes[at..<at + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// CRC-32C over everything, with the four bytes of the checksum itself read as zero.
  func checksum(fieldAt at: Int) -> UInt64 {
    var copy = bytes
    for index in at..<at + 4 { copy[index] = 0 }
    return UInt64(Checksum.crc32c(copy))
  }
}
