import Bytes
import Rules

/// One row of the metadata table: which item, and where in the region its bytes are.
///
///     byte  0  16  itemID
///     byte 16   4  byteOffset  from the region's start, 64 KiB or more; 0 where there are no bytes
///     byte 20   4  byteCount   1 MiB at most; 0 is an item that is present and empty
///     byte 24   4  flags       bit 0: user item; bit 1: of the virtual disk; bit 2: required
///     byte 28   4  reserved    zero
///
/// Source: [MS-VHDX] 2.6.1.2; rules M02, M03 and M05.
package struct MetadataEntry: Equatable, Sendable {
  package static let byteCount = 32
  package static let maximumItemByteCount: UInt32 = 1 << 20

  package struct Flags: OptionSet, Hashable, Sendable {
    package var rawValue: UInt32
    package static let user = Flags(rawValue: 1)
    package static let virtualDisk = Flags(rawValue: 2)
    package static let required = Flags(rawValue: 4)

    package init(rawValue: UInt32) { self.rawValue = rawValue }
  }

  package var itemID: GUID
  package var byteOffset: UInt32
  package var byteCount: UInt32
  package var flags: Flags

  package init(itemID: GUID, byteOffset: UInt32, byteCount: UInt32, flags: Flags) {
    self.itemID = itemID
    self.byteOffset = byteOffset
    self.byteCount = byteCount
    self.flags = flags
  }

  package var isUser: Bool { flags.contains(.user) }
  package var isRequired: Bool { flags.contains(.required) }

  /// From the region's start.
  package var range: ByteRange {
    ByteRange(byteOffset: UInt64(byteOffset), byteCount: UInt64(byteCount))
  }

  /// An entry as it stands, whatever its fields say, and its reserved bytes.
  ///
  /// - Throws: ``FormatError`` where the bytes end before the entry does.
  static func fields(
    reading reader: inout ByteReader
  ) throws(FormatError) -> (entry: MetadataEntry, reserved: UInt32) {
    let entry = MetadataEntry(
      itemID: try reader.readGUID("metadata.itemID"),
      byteOffset: try reader.read("metadata.byteOffset"),
      byteCount: try reader.read("metadata.byteCount"),
      flags: Flags(rawValue: try reader.read("metadata.flags")))
    return (entry, try reader.read("metadata.entryReserved"))
  }
}
