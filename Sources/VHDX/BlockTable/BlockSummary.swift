import Bytes

/// What a block allocation table adds up to, and what of the file nothing uses.
///
/// Entries are counted as they stand, right or wrong; ``BlockTable/check(occupied:fileByteCount:)``
/// says which are wrong.
///
/// Source: [MS-VHDX] 2.5.
package struct BlockSummary: Equatable, Sendable {
  /// How many of the largest gaps are kept.
  package static let maximumGapCount = 5

  /// How many entries have each of the eight values of the state bits: of payload blocks, the entries
  /// that are all zero among them.
  package private(set) var payloadCounts = [UInt64](repeating: 0, count: 8)
  package private(set) var bitmapCounts = [UInt64](repeating: 0, count: 8)
  /// Bytes of payload blocks and bitmap blocks that have a place in the file.
  package private(set) var allocatedByteCount: UInt64 = 0
  /// Bytes of the file after the header section that no structure and no block uses; `nil` where
  /// the file is longer than any disk needs.
  package private(set) var unusedByteCount: UInt64?
  /// The largest stretches of them, the largest first.
  package private(set) var gaps: [ByteRange] = []

  /// - Parameter occupied: the regions and the log.
  package init(_ table: BlockTable, occupied: [ByteRange], fileByteCount: UInt64) {
    let geometry = table.geometry
    var map: OccupancyMap?
    if fileByteCount <= BlockTable.maximumComparedFileByteCount {
      map = OccupancyMap(fileByteCount: fileByteCount)
    }
    _ = map?.take(ByteRange(byteOffset: 0, byteCount: mebibyteByteCount))
    for range in occupied { _ = map?.take(range) }
    var usedPayloadCount: UInt64 = 0
    var usedBitmapCount: UInt64 = 0
    table.forEachUsedEntry { entryIndex, entry in
      let state = Int(entry.stateBits)
      let byteCount: UInt64
      switch geometry.role(ofEntry: entryIndex) {
      case .payload(let blockIndex):
        if blockIndex < geometry.payloadBlockCount { usedPayloadCount += 1 }
        payloadCounts[state] += 1
        byteCount = entry.payloadState?.hasBlock == true ? geometry.blockByteCount : 0
      case .bitmap:
        usedBitmapCount += 1
        bitmapCounts[state] += 1
        byteCount =
          entry.bitmapState == .present ? BlockGeometry.bitmapBlockByteCount : 0
      }
      guard byteCount > 0 else { return }
      allocatedByteCount += byteCount
      if let block = ByteRange(checking: entry.byteOffset, byteCount: byteCount) {
        _ = map?.take(block)
      }
    }
    payloadCounts[0] += geometry.payloadBlockCount - usedPayloadCount
    let bitmapCount = Self.bitmapCount(of: geometry)
    bitmapCounts[0] += bitmapCount - min(bitmapCount, usedBitmapCount)
    if let map { measureGaps(map) }
  }

  private static func bitmapCount(of geometry: BlockGeometry) -> UInt64 {
    geometry.entryCount / (geometry.chunkRatio + 1)
  }

  private mutating func measureGaps(_ map: OccupancyMap) {
    var unused: UInt64 = 0
    var largest: [ByteRange] = []
    map.forEachFreeRange { range in
      unused += range.byteCount
      let place = largest.firstIndex { $0.byteCount < range.byteCount } ?? largest.count
      guard place < Self.maximumGapCount else { return }
      largest.insert(range, at: place)
      if largest.count > Self.maximumGapCount { largest.removeLast() }
    }
    unusedByteCount = unused
    gaps = largest
  }
}
