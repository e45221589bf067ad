import Bytes
import Host
import TestSupport
import Testing

@Suite struct ChecksumTests {
  /// RFC 3720, appendix B.4, which prints the bytes in the order of the wire.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8a91_36aa),
      ([UInt8](repeating: 0xff, count: 32), 0x62a8_ab43),
      ([UInt8](0..<32), 0x46dd_794e),
      ([UInt8]((0..<32).reversed()), 0x113f_db5c),
      (
        [
          0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
          0x00, 0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00,
          0x00, 0x18, 0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00,
          0x00, 0x00, 0x00,
        ], 0xd996_3a56
      ),
    ] as [([UInt8], UInt32)])
  func crc32cIsThatOfTheStandard(bytes: [UInt8], expected: UInt32) {
    #expect(Checksum.crc32c(bytes) == expected)
  }

  @Test func crc32cOfNothingAndOfTheCheckString() {
    #expect(Checksum.crc32c([]) == 0)
    // The check value that catalogues of checksums print for CRC-32/ISCSI.
    #expect(Checksum.crc32c(Array("123456789".utf8)) == 0xe306_9283)
  }

  @Test func crc32cIsTheDivisionBitByBit() {
    var random = PseudoRandomBytes(seed: 3720)
    for byteCount in Array(0...70) + (0..<30).map({ _ in random.below(5000) }) {
      let bytes = random.bytes(byteCount)
      #expect(Checksum.crc32c(bytes) == Self.crc32cBitByBit(bytes), "\(byteCount) bytes")
    }
  }

  /// The definition: division by the polynomial 0x1EDC6F41, bits reversed.
  private static func crc32cBitByBit(_ bytes: [UInt8]) -> UInt32 {
    var remainder = ~UInt32(0)
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82f6_3b78 : remainder >> 1
      }
    }
    return ~remainder
  }

  /// Lengths on both sides of where XXH3 changes its way: 16, 128, 240 bytes, 1024 and more.
  @Test(arguments: [0, 1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 512, 1024, 1025, 4096, 100_003])
  func xxh3IsWhatXxhsumPrints(byteCount: Int) throws {
    var random = PseudoRandomBytes(seed: UInt64(byteCount))
    let bytes = random.bytes(byteCount)
    let folder = try TemporaryFolder()
    try OutputFile.write(bytes, to: folder.path("bytes"))
    let narrow = try Peer.xxhsum(algorithm: 3, ofFile: folder.path("bytes"))
    let wide = try Peer.xxhsum(algorithm: 2, ofFile: folder.path("bytes"))
    #expect(Checksum.xxh3(bytes).hexDigits == narrow)
    #expect(Checksum.xxh3Wide(bytes).description == wide)
  }

  @Test func aPartOfARegionHashesAsItsBytesDo() {
    var random = PseudoRandomBytes(seed: 1)
    let bytes = random.bytes(3000)
    let region = ByteRegion(bytes)
    for range in [0..<3000, 1..<2, 7..<1500, 2999..<3000, 5..<5] {
      #expect(Checksum.xxh3(region, in: range) == Checksum.xxh3(Array(bytes[range])))
      #expect(Checksum.xxh3Wide(region, in: range) == Checksum.xxh3Wide(Array(bytes[range])))
    }
  }

  @Test func threeWordsHashAsTheirTwentyFourBytes() {
    let bytes: [UInt8] = [
      0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 1, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff,
    ]
    #expect(
      Checksum.xxh3Wide(words: 0x1122_3344_5566_7788, 1, .max) == Checksum.xxh3Wide(bytes))
  }
}
