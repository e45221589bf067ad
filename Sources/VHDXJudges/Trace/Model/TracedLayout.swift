import Bytes
import VHDX

/// Where the structures of the image stand, as its region table and headers have it before the
/// first entry, with the log of the base replayed.
///
/// Source: [MS-VHDX] 2.1, 2.2.
struct TracedLayout {
  /// Whose bytes a sector holds.
  enum Owner: Equatable {
    case regionTables
    case metadata
    case blockTable
    case bitmap
    /// Payload blocks, and what nothing lies on.
    case other
  }

  static let identifier = ByteRange(byteOffset: 0, byteCount: 64 << 10)
  static let regionTables = ByteRange(byteOffset: 192 << 10, byteCount: 128 << 10)

  let metadata: ByteRange
  let blockTable: ByteRange
  let geometry: BlockGeometry
  /// Whether the disk is a fixed one, whose blocks keep their places.
  let leavesBlocksAllocated: Bool
  /// Where the last of regions and tables ends.
  let structuresEndByteOffset: UInt64
  /// The log as the current header has it; an empty log has none.
  var log: ByteRange?

  /// - Throws: ``FormatError`` where the file is no image that can be opened.
  init(reading file: any ImageFile, header: VHDXHeader) throws(FormatError) {
    log = Self.ring(of: header)
    let regions = try ImageRegions(
      table: RegionTablePair(reading: file).current(.firstValid), log: log,
      fileByteCount: file.byteCount)
    metadata = regions.metadata.range
    blockTable = regions.blockTable.range
    structuresEndByteOffset =
      regions.ranges.filter { $0 != regions.log }.map(\.endByteOffset).max() ?? 0
    let parameters = try ImageMetadata(reading: file, region: metadata).parameters
    geometry = BlockGeometry(parameters)
    leavesBlocksAllocated = parameters.leavesBlocksAllocated
    // Refuses a table that is too small.
    _ = try BlockTable(reading: file, region: blockTable, geometry: geometry)
  }

  /// The place of a log that can be read as a ring.
  static func ring(of header: VHDXHeader) -> ByteRange? {
    guard let range = header.logRange, !range.isEmpty, range.byteOffset >= 1 << 20,
      range.byteCount % TracedFile.sectorByteCount == 0,
      range.byteOffset % TracedFile.sectorByteCount == 0
    else { return nil }
    return range
  }

  /// Whose a byte is; bitmap blocks are not known here.
  func owner(of byteOffset: UInt64) -> Owner {
    if Self.regionTables.holds(byteOffset) { return .regionTables }
    if metadata.holds(byteOffset) { return .metadata }
    if blockTable.holds(byteOffset) { return .blockTable }
    return .other
  }
}

extension ByteRange {
  func holds(_ place: UInt64) -> Bool { byteOffset <= place && place < endByteOffset }

  /// What both cover; `nil` where that is nothing.
  func intersection(_ other: ByteRange) -> ByteRange? {
    let start = max(byteOffset, other.byteOffset)
    let end = min(endByteOffset, other.endByteOffset)
    return start < end ? ByteRange(byteOffset: start, byteCount: end - start) : nil
  }
}
