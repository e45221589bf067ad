import Bytes
import Checking
import VHDX

extension DiskMap {
  /// The virtual disk as a block allocation table maps it.
  ///
  /// - Throws: ``FormatError`` at an entry of a payload block that breaks a rule.
  convenience init(_ table: BlockTable) throws(FormatError) {
    let geometry = table.geometry
    var extents: [Extent] = []
    var undefinedRanges: [ByteRange] = []
    try table.forEachUsedEntry { (entryIndex, entry) throws(FormatError) in
      guard case .payload(let blockIndex) = geometry.role(ofEntry: entryIndex),
        blockIndex < geometry.payloadBlockCount
      else { return }
      let state = try table.payloadEntry(blockIndex).state
      let range = geometry.range(ofPayloadBlock: blockIndex)
      if state.isUndefined { undefinedRanges.append(range) }
      if state.hasBlock { extents.append(Extent(range: range, fileByteOffset: entry.byteOffset)) }
    }
    self.init(
      virtualDiskByteCount: geometry.virtualDiskByteCount, extents: extents,
      undefinedRanges: undefinedRanges)
  }
}
