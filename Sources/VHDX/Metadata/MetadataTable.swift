import Bytes

/// What is known of the disk: the first 64 KiB of the metadata region.
///
///     byte  0   8  signature   "metadata"
///     byte  8   2  reserved    zero
///     byte 10   2  entryCount  2047 at most, 1024 of them user items
///     byte 12  20  reserved    zero
///     byte 32   …  entries, 32 bytes each (``MetadataEntry``); the rest is not looked at
///
/// Nothing in this region has a checksum.
///
/// Source: [MS-VHDX] 2.6.1.1; rules M01 to M06.
package struct MetadataTable: Equatable, Sendable {
  package static let byteCount = 64 << 10
  package static let signature = Array("metadata".utf8)
  package static let maximumEntryCount = 2047
  package static let maximumUserEntryCount = 1024
  package static let headerByteCount = 32

  /// In the order of the file, user items and unknown ones among them.
  package var entries: [MetadataEntry]

  /// - Precondition: at most 2047 entries.
  package init(entries: [MetadataEntry]) {
    precondition(entries.count <= Self.maximumEntryCount, "a metadata table has 2047 entries")
    self.entries = entries
  }

  /// Reads the table of `region`, which must lie inside of the file.
  ///
  /// - Throws: ``FormatError`` at the first field that is missing or wrong, at an item that lies on
  ///   another one, and at a required item that this program does not know.
  package init(
    reading file: any ImageFile, region: ByteRange
  ) throws(FormatError) {
    let fields = try MetadataTableFields(reading: file, region: region)
    try fields.forEachDefect(FormatError.raise)
    entries = fields.rows.map(\.entry)
  }

  /// The table's first 64 KiB.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    writer.write(UInt16(0))
    writer.write(UInt16(entries.count))
    writer.pad(toByteCount: Self.headerByteCount)
    for entry in entries {
      writer.write(entry.itemID)
      writer.write(entry.byteOffset)
      writer.write(entry.byteCount)
      writer.write(entry.flags.rawValue)
      writer.write(UInt32(0))
    }
    writer.pad(toByteCount: Self.byteCount)
    return writer.bytes
  }

  /// A system item; user items may have the same identifier and are others.
  package func entry(_ item: MetadataItem) -> MetadataEntry? {
    entries.first { $0.itemID == item.id && !$0.isUser }
  }
}
