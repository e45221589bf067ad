import Bytes

/// The first structure of an image, written once.
///
///     byte 0    8  signature  "vhdxfile"
///     byte 8  512  creator    UTF-16LE, for people only; ends at the first zero
///
/// Source: [MS-VHDX] 2.2.1; rule H01.
public struct FileIdentifier: Equatable, Sendable {
  public static let signature = Array("vhdxfile".utf8)
  public static let byteCount = 520
  static let creatorUnitCount = 256

  public var creator: String

  /// What does not fit into 256 UTF-16 units is cut off when it is written.
  public init(creator: String) {
    self.creator = creator
  }

  /// - Throws: ``FormatError`` where the file is none of VHDX.
  public init(reading file: any ImageFile) throws(FormatError) {
    let bytes = try file.read(
      "fileIdentifier", in: ByteRange(byteOffset: 0, byteCount: UInt64(Self.byteCount)))
    try Signature.check(Self.signature, in: bytes, structure: "fileIdentifier", at: 0)
    let region = ByteRegion(bytes)
    let units = (0..<Self.creatorUnitCount).map {
      region.load(at: Self.signature.count + $0 * 2, as: UInt16.self)
    }
    creator = String(decoding: units.prefix { $0 != 0 }, as: UTF16.self)
  }

  public func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    for unit in creator.utf16.prefix(Self.creatorUnitCount) { writer.write(unit) }
    writer.pad(toByteCount: Self.byteCount)
    return writer.bytes
  }
}
