import Bytes

/// Which rule of the catalogue a field's error breaks.
enum ImageRule {
  /// `nil` where the field alone does not tell.
  static func name(for error: FormatError) -> String? {
    if let rule = byField[error.field] { return rule }
    let field = error.field
    if field.hasPrefix("blockTable[") {
      return field.hasSuffix(".reserved") ? "B02" : nil
    }
    return byPrefix.first { field.hasPrefix($0.prefix) }?.rule
  }

  private static let byField = [
    "header.sequenceNumber": "H04", "header.version": "H05", "header.logVersion": "H06",
    "header.logByteCount": "H07", "header.logByteOffset": "H07",
    "regionTable.signature": "G01", "regionTable.checksum": "G01", "regionTable.entryCount": "G02",
    "regionTable.reserved": "G02", "regionTable.entries": "G06", "region.byteCount": "G04",
    "metadata.signature": "M01", "metadata.reserved": "M01", "metadata.entryCount": "M01",
    "metadata.byteOffset": "M02", "metadata.byteCount": "M03", "metadata.entryReserved": "M05",
    "metadata.entries": "M07", "blockByteCount": "M08", "virtualDiskByteCount": "M09",
    "logicalSectorByteCount": "M10", "physicalSectorByteCount": "M10",
    "blockTable.byteCount": "B01",
  ]

  private static let byPrefix: [(prefix: String, rule: String)] = [
    ("fileIdentifier", "H01"), ("header", "H03"), ("parentLocator", "M11"),
  ]
}
