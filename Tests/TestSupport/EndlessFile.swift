import Bytes

/// A file of any length that is zero but for the image at its start, and that notes how much was
/// read of it at once.
package final class EndlessFile: ImageFile {
  package let start: MemoryImage
  package let byteCount: UInt64
  package private(set) var largestReadByteCount: UInt64 = 0

  package init(_ start: MemoryImage, byteCount: UInt64) {
    self.start = start
    self.byteCount = byteCount
  }

  package func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount)
    largestReadByteCount = max(largestReadByteCount, range.byteCount)
    let end = min(range.endByteOffset, start.byteCount)
    let kept =
      range.byteOffset < end
      ? start.read(ByteRange(byteOffset: range.byteOffset, byteCount: end - range.byteOffset))
      : []
    return kept + [UInt8](repeating: 0, count: Int(range.byteCount) - kept.count)
  }
}
