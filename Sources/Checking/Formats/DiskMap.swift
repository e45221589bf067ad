import Bytes

/// Where the file keeps the virtual disk; what is not listed reads as zeroes, or its contents are
/// undefined.
package struct DiskMap: Sendable {
  package struct Extent: Hashable, Sendable {
    /// A part of the virtual disk: a block, or what the disk's end leaves of it.
    package var range: ByteRange
    package var fileByteOffset: UInt64

    package init(range: ByteRange, fileByteOffset: UInt64) {
      self.range = range
      self.fileByteOffset = fileByteOffset
    }

    package var fileRange: ByteRange {
      ByteRange(byteOffset: fileByteOffset, byteCount: range.byteCount)
    }
  }

  package let virtualDiskByteCount: UInt64
  /// In the virtual disk's order.
  package let extents: [Extent]
  /// The parts of the virtual disk of which the format leaves open what they hold, in its order.
  package let undefinedRanges: [ByteRange]

  package init(
    virtualDiskByteCount: UInt64, extents: [Extent], undefinedRanges: [ByteRange] = []
  ) {
    self.virtualDiskByteCount = virtualDiskByteCount
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
