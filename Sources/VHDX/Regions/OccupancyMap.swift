import Bytes

/// Which MiB of a file are taken: a bit each.
struct OccupancyMap {
  private var words: [UInt64]
  private let fileByteCount: UInt64

  init(fileByteCount: UInt64) {
    self.fileByteCount = fileByteCount
    let mebibyteCount = fileByteCount / mebibyteByteCount + 1
    words = [UInt64](repeating: 0, count: Int(mebibyteCount / 64) + 1)
  }

  /// Takes what the range touches of the file.
  ///
  /// - Returns: whether all of it was free.
  mutating func take(_ range: ByteRange) -> Bool {
    let endByteOffset = min(range.endByteOffset, fileByteCount)
    guard range.byteOffset < endByteOffset else { return true }
    let first = Int(range.byteOffset / mebibyteByteCount)
    let last = Int((endByteOffset - 1) / mebibyteByteCount)
    var wasFree = true
    for index in first...last {
      let bit: UInt64 = 1 << UInt64(index % 64)
      wasFree = wasFree && words[index / 64] & bit == 0
      words[index / 64] |= bit
    }
    return wasFree
  }

  /// Calls `body` with every stretch of the file that nothing took, in the file's order.
  func forEachFreeRange(_ body: (ByteRange) -> Void) {
    let mebibyteCount =
      fileByteCount / mebibyteByteCount + (fileByteCount % mebibyteByteCount == 0 ? 0 : 1)
    var start: UInt64?
    var index: UInt64 = 0
    while index < mebibyteCount {
      let word = words[Int(index / 64)]
      // Whole words of a large file at a time.
      if index % 64 == 0, word == (start == nil ? .max : 0), mebibyteCount - index >= 64 {
        index += 64
        continue
      }
      let isFree = word & (1 << (index % 64)) == 0
      if isFree, start == nil { start = index }
      if !isFree, let first = start {
        body(range(first..<index))
        start = nil
      }
      index += 1
    }
    if let first = start { body(range(first..<mebibyteCount)) }
  }

  private func range(_ mebibytes: Range<UInt64>) -> ByteRange {
    let start = mebibytes.lowerBound * mebibyteByteCount
    let end = min(mebibytes.upperBound * mebibyteByteCount, fileByteCount)
    return ByteRange(byteOffset: start, byteCount: end - start)
  }
}
