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
}
