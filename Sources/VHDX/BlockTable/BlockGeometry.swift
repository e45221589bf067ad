import Bytes

/// How a virtual disk is cut into blocks, and which entry of the block allocation table is whose.
///
/// After each chunk of ``chunkRatio`` payload blocks the table has one entry for the bitmap block
/// that says which sectors of the chunk a differencing disk holds itself.
///
/// Source: [MS-VHDX] 2.5. Its formulas for the entry count contradict the sentences beside them;
/// these follow the sentences, as other implementations do.
package struct BlockGeometry: Equatable, Sendable {
  /// What an entry of the table is for.
  package enum Role: Hashable, Sendable {
    case payload(blockIndex: UInt64)
    case bitmap(chunkIndex: UInt64)
  }

  package static let bitmapBlockByteCount: UInt64 = 1 << 20
  static let sectorCountPerChunk: UInt64 = 1 << 23

  package let virtualDiskByteCount: UInt64
  package let blockByteCount: UInt64
  package let logicalSectorByteCount: UInt64
  package let hasParent: Bool
  /// Payload blocks in a chunk.
  package let chunkRatio: UInt64
  package let payloadBlockCount: UInt64
  package let chunkCount: UInt64

  /// - Precondition: values that ``DiskParameters`` accepts in an image.
  package init(_ parameters: DiskParameters) {
    virtualDiskByteCount = parameters.virtualDiskByteCount
    blockByteCount = UInt64(parameters.blockByteCount)
    logicalSectorByteCount = UInt64(parameters.logicalSectorByteCount)
    hasParent = parameters.hasParent
    chunkRatio = Self.sectorCountPerChunk * logicalSectorByteCount / blockByteCount
    payloadBlockCount = Self.quotient(virtualDiskByteCount, by: blockByteCount)
    chunkCount = Self.quotient(payloadBlockCount, by: chunkRatio)
  }

  /// Entries that the table must have. Without a parent the last payload block's is the last.
  package var entryCount: UInt64 {
    if hasParent { return chunkCount * (chunkRatio + 1) }
    return payloadBlockCount == 0
      ? 0 : payloadBlockCount + (payloadBlockCount - 1) / chunkRatio
  }

  package func entryIndex(ofPayloadBlock blockIndex: UInt64) -> UInt64 {
    blockIndex + blockIndex / chunkRatio
  }

  package func entryIndex(ofBitmapOfChunk chunkIndex: UInt64) -> UInt64 {
    chunkIndex * (chunkRatio + 1) + chunkRatio
  }

  /// Payload indices past ``payloadBlockCount`` are the unused ones of a differencing disk's last
  /// chunk.
  package func role(ofEntry entryIndex: UInt64) -> Role {
    let (chunkIndex, index) = entryIndex.quotientAndRemainder(dividingBy: chunkRatio + 1)
    return index == chunkRatio
      ? .bitmap(chunkIndex: chunkIndex)
      : .payload(blockIndex: chunkIndex * chunkRatio + index)
  }

  /// The part of the virtual disk that a block holds; the disk's last block can be short.
  package func range(ofPayloadBlock blockIndex: UInt64) -> ByteRange {
    let byteOffset = blockIndex * blockByteCount
    return ByteRange(
      byteOffset: byteOffset, byteCount: min(blockByteCount, virtualDiskByteCount - byteOffset))
  }

  private static func quotient(_ dividend: UInt64, by divisor: UInt64) -> UInt64 {
    dividend / divisor + (dividend % divisor == 0 ? 0 : 1)
  }
}
