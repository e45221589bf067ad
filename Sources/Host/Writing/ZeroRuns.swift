import Glibc

/// Splits bytes into runs that are zero and runs that are not, at the file system's blocks.
///
/// The C library's comparison, because it looks at 64 bytes at once in a debug build too; in bytes
/// that are not zero it ends at the first one.
@unsafe struct ZeroRuns {
  private let bytes: UnsafeRawBufferPointer
  private let byteOffset: UInt64
  private var start = 0

  init(_ bytes: UnsafeRawBufferPointer, byteOffset: UInt64) {
    unsafe self.bytes = bytes
    unsafe self.byteOffset = byteOffset
  }

  /// The next run, or `nil` at the end.
  mutating func next() -> (range: Range<Int>, isZero: Bool)? {
    let first = unsafe start
    guard unsafe first < bytes.count else { return nil }
    var end = unsafe endOfPiece(at: first)
    let isZero = unsafe isZero(first..<end)
    while unsafe end < bytes.count {
      let next = unsafe endOfPiece(at: end)
      if unsafe self.isZero(end..<next) != isZero { break }
      end = next
    }
    unsafe start = end
    return (first..<end, isZero)
  }

  /// Where the file system's block ends that the byte at `index` is in.
  private func endOfPiece(at index: Int) -> Int {
    let pieceByteCount = UInt64(SparseImageFile.pieceByteCount)
    let intoPiece = unsafe Int((byteOffset + UInt64(index)) % pieceByteCount)
    return unsafe min(index + SparseImageFile.pieceByteCount - intoPiece, bytes.count)
  }

  private func isZero(_ range: Range<Int>) -> Bool {
    guard let start = unsafe bytes.baseAddress?.advanced(by: range.lowerBound) else { return true }
    if unsafe bytes[range.lowerBound] != 0 { return false }
    return unsafe memcmp(start, start + 1, range.count - 1) == 0
  }
}
