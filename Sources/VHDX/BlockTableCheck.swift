import Bytes

extension BlockTable {
  /// Files up to this length have their blocks compared; that takes 32 MiB of memory at most.
  static let maximumComparedFileByteCount: UInt64 = 256 << 40

  /// Looks at every entry: each holds by itself (rules B02 to B05), no block lies on another one, on
  /// a region or on the log (rule B06), and a partially present block has its chunk's bitmap (B07).
  ///
  /// - Parameters:
  ///   - occupied: what no block may lie on.
  ///   - fileByteCount: how long the file is.
  /// - Throws: ``FormatError`` at the first entry that does not hold.
  package func check(occupied: [ByteRange], fileByteCount: UInt64) throws(FormatError) {
    guard fileByteCount <= Self.maximumComparedFileByteCount else {
      throw FormatError(
        .outOfRange, field: "fileByteCount", at: 0,
        expected: "\(Self.maximumComparedFileByteCount) at most", found: "\(fileByteCount)",
        hint: "No disk of 64 TiB needs a file of this length: cut off what lies behind its blocks.")
    }
    var map = OccupancyMap(fileByteCount: fileByteCount)
    for range in occupied { _ = map.take(range) }
    var partialChunkIndex: UInt64?
    try forEachUsedEntry { (entryIndex, entry) throws(FormatError) in
      let block: ByteRange?
      switch geometry.role(ofEntry: entryIndex) {
      case .payload(let blockIndex):
        let state = try checkedState(of: entry, at: entryIndex)
        block = state.hasBlock ? payloadRange(entry) : nil
        let chunkIndex = blockIndex / geometry.chunkRatio
        if state == .partiallyPresent, partialChunkIndex != chunkIndex {
          partialChunkIndex = chunkIndex
          _ = try bitmapByteOffset(ofChunk: chunkIndex)
        }
      case .bitmap:
        let state = try checkedBitmapState(of: entry, at: entryIndex)
        block = state == .present ? bitmapRange(entry) : nil
      }
      guard let block else { return }
      guard map.take(block) else {
        throw overlap(entryIndex, "\(block), where something else stands")
      }
    }
  }

  private func payloadRange(_ entry: BlockTableEntry) -> ByteRange {
    ByteRange(byteOffset: entry.byteOffset, byteCount: geometry.blockByteCount)
  }

  private func bitmapRange(_ entry: BlockTableEntry) -> ByteRange {
    ByteRange(byteOffset: entry.byteOffset, byteCount: BlockGeometry.bitmapBlockByteCount)
  }
}
