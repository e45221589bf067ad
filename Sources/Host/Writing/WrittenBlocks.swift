import Bytes

/// Which parts of an image something was ever written to: a bit for each 64 KiB.
struct WrittenBlocks {
  private static let blockByteCount: UInt64 = 1 << 16

  /// Grows up to the last block that was written.
  private var words: [UInt64] = []

  mutating func insert(_ range: ByteRange) {
    if range.isEmpty { return }
    let last = (range.endByteOffset - 1) / Self.blockByteCount
    let missingWordCount = Int(last / 64) + 1 - words.count
    if missingWordCount > 0 {
      words.append(contentsOf: repeatElement(0, count: missingWordCount))
    }
    for block in range.byteOffset / Self.blockByteCount...last {
      words[Int(block / 64)] |= 1 << (block % 64)
    }
  }

  /// Whether anything was ever written to a block that `range` has bytes of.
  func touches(_ range: ByteRange) -> Bool {
    let blockCount = UInt64(words.count) * 64
    if range.isEmpty || blockCount == 0 { return false }
    let first = range.byteOffset / Self.blockByteCount
    let last = min((range.endByteOffset - 1) / Self.blockByteCount, blockCount - 1)
    if first > last { return false }
    return (first...last).contains { words[Int($0 / 64)] & (1 << ($0 % 64)) != 0 }
  }
}
