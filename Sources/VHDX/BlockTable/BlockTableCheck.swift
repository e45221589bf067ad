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
      let slot = BlockSlot(table: self, entryIndex: entryIndex, entry: entry)
      try slot.forEachDefect(fileByteCount: fileByteCount, FormatError.raise)
      if let chunkIndex = slot.chunkOfPartialBlock, partialChunkIndex != chunkIndex {
        partialChunkIndex = chunkIndex
        if let defect = missingBitmap(ofChunk: chunkIndex) { throw defect }
      }
      guard slot.holdsBytes else { return }
      let block = ByteRange(byteOffset: entry.byteOffset, byteCount: slot.byteCount)
      guard map.take(block) else {
        throw overlap(entryIndex, "\(block), where something else stands")
      }
    }
  }
}
