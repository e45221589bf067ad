import Bytes
import Rules

/// The CRC-32C that headers and region tables carry at byte 4, taken over the whole structure with
/// the four bytes of the checksum itself as zero.
///
/// Source: [MS-VHDX] 2.2.2 and 2.2.3.1.
enum StructureChecksum {
  static let byteOffset = 4
  static let byteCount = 4

  /// - Precondition: `bytes` holds the whole structure.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var zeroed = bytes
    for index in byteOffset..<byteOffset + byteCount { zeroed[index] = 0 }
    return Checksum.crc32c(zeroed)
  }

  /// Puts the right checksum into `bytes`.
  static func seal(_ bytes: inout [UInt8]) {
    let checksum = of(bytes)
    for index in 0..<byteCount {
      bytes[byteOffset + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index))
    }
  }

  /// - Throws: ``FormatError`` where the checksum in `bytes` is another one.
  static func check(
    _ bytes: [UInt8], found: UInt32, structure: String, at structureByteOffset: UInt64,
    breaking rule: Rule
  ) throws(FormatError) {
    let expected = of(bytes)
    guard found == expected else {
      throw FormatError(
        .wrongValue, breaking: rule, field: "\(structure).checksum",
        at: structureByteOffset + UInt64(byteOffset),
        expected: expected.hex, found: found.hex,
        hint: "This copy is torn or damaged; the format keeps a second one.")
    }
  }
}
