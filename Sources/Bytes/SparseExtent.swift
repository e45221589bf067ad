/// A stretch of a sparse file that is all hole, and so zero, or all data, which may be zero too.
package struct SparseExtent: Equatable, Sendable {
  package var isHole: Bool
  /// In bytes from the file's start; after the byte that was asked for.
  package var endByteOffset: Int

  package init(isHole: Bool, endByteOffset: Int) {
    self.isHole = isHole
    self.endByteOffset = endByteOffset
  }
}
