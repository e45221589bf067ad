import Bytes
import VHDX

/// Where the file keeps the blocks of the virtual disk; a block that is not listed reads as zeroes, or its
/// contents are undefined.
struct BlockMap {
  struct Extent: Hashable {
    /// A part of the virtual disk: a block, or what the disk's end leaves of it.
    var range: ByteRange
    var fileByteOffset: UInt64

    var fileRange: ByteRange {
      ByteRange(byteOffset: fileByteOffset, byteCount: range.byteCount)
    }
  }

  let virtualDiskByteCount: UInt64
  /// In the virtual disk's order.
  private(set) var extents: [Extent] = []
  /// The parts of the virtual disk of which the table leaves open what they hold, in its order.
  private(set) var undefinedRanges: [ByteRange] = []

  /// - Throws: ``FormatError`` at an entry of a payload block that breaks a rule.
  init(_ table: BlockTable) throws(FormatError) {
    let geometry = table.geometry
    virtualDiskByteCount = geometry.virtualDiskByteCount
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
    self.extents = extents
    self.undefinedRanges = undefinedRanges
  }

  /// Where a byte of the virtual disk stands in the file; `nil` where it has no place there.
  func fileByteOffset(of byteOffset: UInt64) -> UInt64? {
    let place = extents.partitioningIndex { $0.range.endByteOffset > byteOffset }
    guard place < extents.count, extents[place].range.byteOffset <= byteOffset else { return nil }
    return extents[place].fileByteOffset + (byteOffset - extents[place].range.byteOffset)
  }
}
