import Bytes

/// The first structure of an image, written once.
///
///     byte 0    8  signature  "vhdxfile"
///     byte 8  512  creator    UTF-16LE, for people only; ends at the first zero
///
/// Source: [MS-VHDX] 2.2.1; rule H01.
package struct FileIdentifier: Equatable, Sendable {
  package static let signature = Array("vhdxfile".utf8)
  package static let byteCount = 520
  static let creatorUnitCount = 256

  package var creator: String

  /// What does not fit into 256 UTF-16 units is cut off when it is written.
  package init(creator: String) {
    self.creator = creator
  }

  /// - Throws: ``FormatError`` where the file is none of VHDX.
  package init(reading file: any ImageFile) throws(FormatError) {
    let bytes = try file.read(
      "fileIdentifier", in: ByteRange(byteOffset: 0, byteCount: UInt64(Self.byteCount)),
      breaking: .h01)
    try Signature.check(
      Self.signature, in: bytes, structure: "fileIdentifier", at: 0, breaking: .h01)
    let region = ByteRegion(bytes)
    let units = (0..<Self.creatorUnitCount).map {
      region.load(at: Self.signature.count + $0 * 2, as: UInt16.self)
    }
    creator = String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
  }

  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    for unit in creator.utf16.prefix(Self.creatorUnitCount) { writer.write(unit) }
    writer.pad(toByteCount: Self.byteCount)
    return writer.bytes
  }
}
