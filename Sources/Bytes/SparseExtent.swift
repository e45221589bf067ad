/// A stretch of a sparse file that is all hole, and so zero, or all data, which may be zero too.
public struct SparseExtent: Equatable, Sendable {
  public var isHole: Bool
  /// In bytes from the file's start; behind the byte that was asked for.
  public var endByteOffset: Int

  public init(isHole: Bool, endByteOffset: Int) {
    self.isHole = isHole
    self.endByteOffset = endByteOffset
  }
}
