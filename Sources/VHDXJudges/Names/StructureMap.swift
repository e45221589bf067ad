import Bytes
import Checking
import VHDX

/// Where everything is in one image, as far as it can be read: broken entries of the block table
/// taken as they stand.
struct StructureMap {
  struct Block {
    var range: ByteRange
    var role: BlockGeometry.Role
  }

  let regions: ImageRegions
  let metadataTable: MetadataTable?
  /// `nil` where the metadata cannot be read.
  let geometry: BlockGeometry?
  /// The entries of the block table that are not zero, ascending.
  private(set) var tableEntries: [(entryIndex: UInt64, entry: BlockTableEntry)] = []
  /// What the table maps, in the file's order; broken tables map one place twice.
  private(set) var blocks: [Block] = []

  /// More entries than this of one table are not kept.
  private static let maximumEntryCount = 1 << 20

  /// The log replayed where it can be; `nil` where the file has no regions to go by.
  init?(reading image: any ImageFile, recovery: RecoveryProfile) {
    if let opened = StructureMap(opening: image, recovery: recovery) {
      self = opened
    } else {
      self.init(asItStands: image)
    }
  }

  /// The log replayed; `nil` where the image does not open.
  init?(opening image: any ImageFile, recovery: RecoveryProfile) {
    let file = OverlayImage(image)
    guard Recovery(profile: recovery).run(on: file).opens else { return nil }
    self.init(recovered: file)
  }

  /// Without replaying the log.
  init?(asItStands image: any ImageFile) {
    self.init(recovered: OverlayImage(image))
  }

  private init?(recovered file: OverlayImage) {
    let header = try? HeaderPair(reading: file.base).current(
      .qemu, fileByteCount: file.base.byteCount)
    guard let table = try? RegionTablePair(reading: file).current(.firstValid),
      let regions = try? ImageRegions(
        table: table, log: header?.header.logRange, fileByteCount: file.byteCount)
    else { return nil }
    self.regions = regions
    metadataTable = try? MetadataTable(reading: file, region: regions.metadata.range)
    geometry = (try? ImageMetadata(reading: file, region: regions.metadata.range)).map {
      BlockGeometry($0.parameters)
    }
    readBlocks(file)
  }

  private mutating func readBlocks(_ file: OverlayImage) {
    guard let geometry,
      let table = try? BlockTable(
        reading: file, region: regions.blockTable.range, geometry: geometry)
    else { return }
    table.forEachUsedEntry { entryIndex, entry in
      guard tableEntries.count < Self.maximumEntryCount else { return }
      tableEntries.append((entryIndex, entry))
      if let block = Self.block(entry, at: entryIndex, geometry) { blocks.append(block) }
    }
    blocks.sort { $0.range.byteOffset < $1.range.byteOffset }
  }

  private static func block(
    _ entry: BlockTableEntry, at entryIndex: UInt64, _ geometry: BlockGeometry
  ) -> Block? {
    let role = geometry.role(ofEntry: entryIndex)
    let range: ByteRange?
    switch role {
    case .payload:
      guard entry.payloadState?.hasBlock == true else { return nil }
      range = ByteRange(checking: entry.byteOffset, byteCount: geometry.blockByteCount)
    case .bitmap:
      guard entry.bitmapState == .present else { return nil }
      range = ByteRange(
        checking: entry.byteOffset, byteCount: BlockGeometry.bitmapBlockByteCount)
    }
    return range.map { Block(range: $0, role: role) }
  }

  /// The blocks that a range touches.
  func blocks(in range: ByteRange) -> ArraySlice<Block> {
    guard let geometry else { return [] }
    let longest = max(geometry.blockByteCount, BlockGeometry.bitmapBlockByteCount)
    let first = blocks.partitioningIndex { $0.range.byteOffset + longest > range.byteOffset }
    let end = blocks.partitioningIndex { $0.range.byteOffset >= range.endByteOffset }
    return blocks[first..<max(first, end)]
  }
}
