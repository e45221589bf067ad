import Bytes
import Rules

extension VDIHeader {
  /// The only sizes that are known to be in use, and all that QEMU opens.
  package static let knownSectorByteCount: UInt32 = 512
  package static let knownBlockByteCount: UInt32 = 1 << 20
  /// As QEMU has it: with it the block map takes 2 GiB.
  package static let maximumBlockCount: UInt32 = 0x1fff_ff80
  /// A header that ends with the parent's UUID.
  static let minimumHeaderByteCount: UInt32 = 384
  /// 0.1, of the first releases of VirtualBox.
  static let formerVersion: UInt32 = 0x0000_0001

  /// Calls `note` with everything that is wrong with the header itself, in the order of its bytes, and
  /// then with what keeps us from reading an image that may be a good one (``limits``).
  /// Where it is none of this format and version, nothing is said of its other fields.
  package func forEachDefect<Failure: Error>(
    fileByteCount: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if let defect = identityDefect { return try note(defect) }
    let defects = [
      headerSizeDefect, typeDefect, mapOffsetDefect, dataOffsetDefect, sectorDefect,
      diskSizeDefect, blockSizeDefect, blockExtraDefect, blockCountDefect,
      parentDefect("linkUUID", at: 424, linkUUID), parentDefect("parentUUID", at: 440, parentUUID),
      mapEndDefect(fileByteCount: fileByteCount),
    ]
    for case let defect? in defects + limits { try note(defect) }
  }

  // MARK: V01

  private var identityDefect: FormatError? {
    if signature != Self.signature {
      return Self.defect(
        .v01, "signature", at: 64, Self.signature.hex, signature.hex, "This is no VDI image.")
    }
    if version == Self.formerVersion {
      return Self.limit(
        "version", at: 68, "\(Self.version.hex): 1.1", "\(version.hex): 0.1",
        "The first version has another header, and is not known here.")
    }
    if version != Self.version {
      return Self.defect(
        .v01, "version", at: 68, "\(Self.version.hex): 1.1", version.hex,
        "No other version is known; convert the image with the program that wrote it.")
    }
    return nil
  }

  private var headerSizeDefect: FormatError? {
    if headerByteCount >= Self.minimumHeaderByteCount { return nil }
    return Self.defect(
      .v01, "headerByteCount", at: 72, "\(Self.minimumHeaderByteCount) or more",
      "\(headerByteCount)", "Programs that look at it take other bytes for the last fields.")
  }

  // MARK: V02

  private var typeDefect: FormatError? {
    if VDIImageType(rawValue: imageType) != nil || hasImageBelow { return nil }
    return Self.defect(
      .v02, "imageType", at: 76, "1 (dynamic), 2 (static), 3 (undo) or 4 (differencing)",
      "\(imageType)", Self.compare)
  }

  private var mapOffsetDefect: FormatError? {
    let headerEnd = Self.countedByteOffset + UInt64(headerByteCount)
    guard blockMapByteOffset % Self.knownSectorByteCount == 0 else {
      return Self.defect(
        .v02, "blockMapByteOffset", at: 340, "whole sectors of 512 bytes",
        "\(blockMapByteOffset)", Self.compare)
    }
    if UInt64(blockMapByteOffset) >= headerEnd { return nil }
    return Self.defect(
      .v02, "blockMapByteOffset", at: 340, "\(headerEnd) or more, where the header ends",
      "\(blockMapByteOffset)", Self.compare)
  }

  private var dataOffsetDefect: FormatError? {
    guard dataByteOffset % Self.knownSectorByteCount == 0 else {
      return Self.defect(
        .v02, "dataByteOffset", at: 344, "whole sectors of 512 bytes", "\(dataByteOffset)",
        Self.compare)
    }
    if UInt64(dataByteOffset) >= blockMapRange.endByteOffset { return nil }
    return Self.defect(
      .v02, "dataByteOffset", at: 344,
      "\(blockMapRange.endByteOffset) or more, where the block map ends", "\(dataByteOffset)",
      "Nothing may be written to the image: its data lies on its map or header.")
  }

  private var sectorDefect: FormatError? {
    if sectorByteCount == Self.knownSectorByteCount { return nil }
    return Self.defect(
      .v02, "sectorByteCount", at: 360, "\(Self.knownSectorByteCount)", "\(sectorByteCount)",
      Self.compare)
  }

  private var diskSizeDefect: FormatError? {
    let room = UInt64(blockCount) * UInt64(blockByteCount)
    if diskByteCount <= room || blockSizeDefect != nil { return nil }
    return Self.defect(
      .v02, "diskByteCount", at: 368,
      "\(room) at most, the room of \(blockCount) blocks", "\(diskByteCount)",
      "The end of the disk has no entry in the block map.")
  }

  var blockSizeDefect: FormatError? {
    if blockByteCount > 0, blockByteCount % Self.knownSectorByteCount == 0 { return nil }
    return Self.defect(
      .v02, "blockByteCount", at: 376, "whole sectors of 512 bytes", "\(blockByteCount)",
      Self.compare)
  }

  var blockExtraDefect: FormatError? {
    if blockExtraByteCount % Self.knownSectorByteCount == 0 { return nil }
    return Self.defect(
      .v02, "blockExtraByteCount", at: 380, "whole sectors of 512 bytes, or 0",
      "\(blockExtraByteCount)", Self.compare)
  }

  private var blockCountDefect: FormatError? {
    if blockCount <= Self.maximumBlockCount { return nil }
    return Self.defect(
      .v02, "blockCount", at: 384, "\(Self.maximumBlockCount) at most", "\(blockCount)",
      Self.compare)
  }

  private func parentDefect(
    _ field: String, at byteOffset: UInt64, _ uuid: GUID
  ) -> FormatError? {
    if uuid.isZero || hasImageBelow { return nil }
    return Self.defect(
      .v02, field, at: byteOffset, "zero: an image of this type stands alone", "\(uuid)",
      Self.compare)
  }

  private func mapEndDefect(fileByteCount: UInt64) -> FormatError? {
    if blockMapRange.endByteOffset <= fileByteCount { return nil }
    return FormatError(
      .truncated, breaking: .v02, field: "blockMap", at: UInt64(blockMapByteOffset),
      expected: "\(blockMapRange.byteCount) bytes for \(blockCount) blocks",
      found: "a file of \(fileByteCount) bytes",
      hint: "The image ends too early: copy it again, or check whether its writer was killed.")
  }

  private static let compare = "Compare with an image of the same size and program."

  static func defect(
    _ rule: Rule, _ field: String, at byteOffset: UInt64, _ expected: String, _ found: String,
    _ hint: String
  ) -> FormatError {
    FormatError(
      rule == .v01 ? .wrongValue : .outOfRange, breaking: rule, field: "header.\(field)",
      at: byteOffset, expected: expected, found: found, hint: hint)
  }
}
