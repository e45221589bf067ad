import Bytes
import VHDX

/// What a part of a VHDX file is for.
///
/// Source: [MS-VHDX] 2.1 to 2.6.
package enum ImageStructure: Hashable, Sendable, CustomStringConvertible {
  case fileIdentifier
  case header(HeaderSlot)
  case regionTable(RegionTableSlot)
  /// What the first MiB has after the region tables.
  case reserved
  /// A part of the log that belongs to no entry; its place is that in the ring.
  case log(ringByteOffset: UInt64)
  /// An entry of the log, or a part of it.
  case logEntry(sequenceNumber: UInt64, ringByteOffset: UInt64)
  case metadataTable
  /// `nil` where no known item stands.
  case metadataItem(MetadataItem?)
  /// Entries of the block allocation table, the first and the last.
  case blockTable(firstEntryIndex: UInt64, lastEntryIndex: UInt64, BlockGeometry.Role)
  /// What the table's region has after its last entry.
  case blockTableEnd
  /// A region that only others know.
  case region(GUID)
  /// A block of the virtual disk, and where in the disk the part begins.
  case block(blockIndex: UInt64, diskByteOffset: UInt64, isLater: Bool)
  case bitmap(chunkIndex: UInt64)
  /// Nothing stands here that the image knows of.
  case unused

  package var description: String {
    switch self {
    case .fileIdentifier: "file identifier"
    case .header(let slot): "header \(slot.rawValue + 1)"
    case .regionTable(let slot): "region table \(slot.rawValue + 1)"
    case .reserved: "reserved part of the first MiB"
    case .log(let ringByteOffset): "log, at its byte \(ringByteOffset)"
    case .logEntry(let number, let ringByteOffset):
      "log entry with number \(number), at byte \(ringByteOffset) of the log"
    case .metadataTable: "metadata table"
    case .metadataItem(let item): item.map { "metadata, \($0.name)" } ?? "metadata region"
    case .blockTable(let first, let last, let role):
      first == last
        ? "BAT entry \(first) (\(Self.name(role)))" : "BAT entries \(first) to \(last)"
    case .blockTableEnd: "BAT region behind the last entry"
    case .region(let guid): "region \(guid)"
    case .block(let blockIndex, let diskByteOffset, let isLater):
      "block \(blockIndex), byte \(diskByteOffset) of the virtual disk"
        + (isLater ? " (by a later BAT)" : "")
    case .bitmap(let chunkIndex): "sector bitmap of chunk \(chunkIndex)"
    case .unused: "no structure"
    }
  }

  /// `block 3`, or `bitmap of chunk 0`.
  static func name(_ role: BlockGeometry.Role) -> String {
    switch role {
    case .payload(let blockIndex): "block \(blockIndex)"
    case .bitmap(let chunkIndex): "bitmap of chunk \(chunkIndex)"
    }
  }
}

/// A part of a range of the file, with what it is for.
package struct NamedPart: Hashable, Sendable {
  package var range: ByteRange
  package var structure: ImageStructure
}
