import Bytes
import VHDX

/// The part of a request that lies in one block.
struct BlockPart {
  var blockIndex: UInt64
  /// In the virtual disk.
  var range: ByteRange
  /// How far into the block the part begins, in bytes.
  var byteOffsetInBlock: UInt64
  /// Whether it is all that the disk has of the block.
  var isWholeBlock: Bool
}

/// A request cut at the borders of blocks, in order.
struct BlockParts: Sequence, IteratorProtocol {
  private let geometry: BlockGeometry
  private var byteOffset: UInt64
  private let endByteOffset: UInt64

  /// - Precondition: a range inside of the virtual disk.
  init(_ range: ByteRange, _ geometry: BlockGeometry) {
    self.geometry = geometry
    byteOffset = range.byteOffset
    endByteOffset = range.endByteOffset
  }

  mutating func next() -> BlockPart? {
    guard byteOffset < endByteOffset else { return nil }
    let blockIndex = byteOffset / geometry.blockByteCount
    let block = geometry.range(ofPayloadBlock: blockIndex)
    let end = Swift.min(block.endByteOffset, endByteOffset)
    let range = ByteRange(byteOffset: byteOffset, byteCount: end - byteOffset)
    byteOffset = end
    return BlockPart(
      blockIndex: blockIndex, range: range,
      byteOffsetInBlock: range.byteOffset - block.byteOffset, isWholeBlock: range == block)
  }
}
