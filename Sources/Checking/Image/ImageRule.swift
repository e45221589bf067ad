import Bytes
import Rules
import VHDX

extension Rule {
  /// The rule that a reader of images found broken; `nil` for a limit of the reader's own.
  package init?(brokenBy error: FormatError) {
    guard let rule = Self.byField[error.field] ?? Self.byKind(error) ?? Self.byPrefix(error.field)
    else { return nil }
    self = rule
  }

  /// Fields that several rules are about.
  private static func byKind(_ error: FormatError) -> Rule? {
    let isWrongValue = error.kind == .wrongValue
    switch error.field {
    // Two entries for one region, or a required region that nobody knows.
    case "region.guid": return isWrongValue ? .g03 : .g07
    // Two valid copies that differ, or one that is cut off.
    case "regionTable": return isWrongValue ? .g09 : .g01
    // On the log; not inside of the file, or on another region; or not at whole MiB.
    case "region.byteOffset":
      if isWrongValue { return .h08 }
      return error.kind == .truncated ? .g05 : .g04
    // Two entries for one item, or a required item that nobody knows.
    case "metadata.itemID": return isWrongValue ? .m04 : .m06
    // Of a known item, or of any.
    case "metadata.byteCount": return isWrongValue ? .m07 : .m03
    case "metadata.flags": return isWrongValue ? .m07 : .m05
    case "metadata.byteOffset": return isWrongValue ? .m03 : .m02
    case "metadata.entries": return error.kind == .truncated ? .m01 : .m07
    // A locator and no parent, or a parent and no locator.
    case "fileParameters.flags": return isWrongValue ? .m11 : .m08
    default: break
    }
    guard error.field.hasPrefix("blockTable[") else { return nil }
    switch error.field.split(separator: ".").last {
    case "reserved": return .b02
    case "state": return .b03
    case "bitmapState": return isWrongValue ? .b07 : .b04
    case "fileOffsetMB": return isWrongValue ? .b06 : .b05
    default: return nil
    }
  }

  private static let byField: [String: Rule] = [
    "header.sequenceNumber": .h04, "header.version": .h05, "header.logVersion": .h06,
    "header.logByteCount": .h07, "header.logByteOffset": .h07,
    // A log that is still to be replayed keeps an image from being opened; no field of it is wrong.
    "header.logGUID": .d09,
    "regionTable.signature": .g01, "regionTable.checksum": .g01, "regionTable.entryCount": .g02,
    "regionTable.reserved": .g02, "region.flags": .g02, "regionTable.entries": .g06,
    "region.byteCount": .g04,
    "metadata": .m01, "metadata.signature": .m01, "metadata.reserved": .m01,
    "metadata.entryCount": .m01, "metadata.userEntries": .m04, "metadata.entryReserved": .m05,
    "blockByteCount": .m08, "virtualDiskByteCount": .m09,
    "logicalSectorByteCount": .m10, "physicalSectorByteCount": .m10,
    "blockTable.byteCount": .b01,
  ]

  private static func byPrefix(_ field: String) -> Rule? {
    let prefixes: [(prefix: String, rule: Rule)] = [
      ("fileIdentifier", .h01), ("header", .h03), ("parentLocator", .m11),
    ]
    return prefixes.first { field.hasPrefix($0.prefix) }?.rule
  }
}
