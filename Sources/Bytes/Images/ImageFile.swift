import Rules

/// The bytes of an image file, whatever keeps them: a mapped file, memory, or a view of a crash state.
///
/// Reading is synchronous and cannot fail: what an image needs of a failing device is decided before.
package protocol ImageFile: AnyObject {
  var byteCount: UInt64 { get }
  /// The bytes of `range`, which must lie inside of the file.
  func read(_ range: ByteRange) -> [UInt8]
  /// How many bytes from `byteOffset` on, which lies inside of the file, are known to be zero without
  /// reading them; 0 where nothing is known. What it allows is to pass over the empty terabytes of a
  /// sparse file, never to find anything else than by reading them.
  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64
}

extension ImageFile {
  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 { 0 }
}

extension ImageFile {
  /// The bytes of a structure, or which one the file is too short for.
  ///
  /// - Parameter rule: what is broken where the file ends before the structure does.
  /// - Throws: ``FormatError`` of kind `truncated`. The range need not lie inside of the file; how
  ///   many bytes that may be is for the caller to bound.
  package func read(
    _ field: String, in range: ByteRange, breaking rule: Rule
  ) throws(FormatError) -> [UInt8] {
    guard range.endByteOffset <= byteCount else {
      throw FormatError(
        .truncated, breaking: rule, field: field, at: range.byteOffset,
        expected: "\(range.byteCount) bytes",
        found: "a file of \(byteCount) bytes",
        hint: "The image ends too early: copy it again, or check whether its writer was killed.")
    }
    return read(range)
  }
}

/// An image file that recovery may change. What was written is optional until ``flush()``.
package protocol WritableImageFile: ImageFile {
  /// Grows the file where the bytes reach beyond its end.
  func write(_ bytes: [UInt8], at byteOffset: UInt64)
  /// Makes a range read as zeroes; grows the file where it reaches beyond its end.
  func zero(_ range: ByteRange)
  func resize(toByteCount byteCount: UInt64)
  func flush()
}

/// An image file in memory, sparse.
package final class MemoryImage: WritableImageFile {
  package private(set) var contents: SparseBytes

  package var byteCount: UInt64 { contents.byteCount }

  package init(_ contents: SparseBytes) {
    self.contents = contents
  }

  package func read(_ range: ByteRange) -> [UInt8] { contents.read(range) }

  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    contents.knownZeroByteCount(at: byteOffset)
  }

  package func write(_ bytes: [UInt8], at byteOffset: UInt64) {
    let end = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)).endByteOffset
    if end > contents.byteCount { contents.resize(toByteCount: end) }
    contents.write(bytes, at: byteOffset)
  }

  package func zero(_ range: ByteRange) {
    if range.isEmpty { return }
    if range.endByteOffset > contents.byteCount {
      contents.resize(toByteCount: range.endByteOffset)
    }
    contents.zero(range)
  }

  package func resize(toByteCount byteCount: UInt64) { contents.resize(toByteCount: byteCount) }

  package func flush() {}
}
