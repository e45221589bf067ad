/// A run of bytes on a disk.
public struct ByteRange: Hashable, Sendable, CustomStringConvertible {
  public var byteOffset: UInt64
  public var byteCount: UInt64

  /// - Precondition: the end fits into 64 bits; check a range from outside with ``init(checking:byteCount:)``.
  @inlinable
  public init(byteOffset: UInt64, byteCount: UInt64) {
    precondition(byteCount <= .max - byteOffset, "the end of a range fits into 64 bits")
    self.byteOffset = byteOffset
    self.byteCount = byteCount
  }

  /// `nil` where the end would not fit into 64 bits.
  public init?(checking byteOffset: UInt64, byteCount: UInt64) {
    guard byteCount <= .max - byteOffset else { return nil }
    self.init(byteOffset: byteOffset, byteCount: byteCount)
  }

  /// The first byte behind the range.
  @inlinable
  public var endByteOffset: UInt64 { byteOffset + byteCount }

  @inlinable
  public var isEmpty: Bool { byteCount == 0 }

  @inlinable
  public func overlaps(_ other: ByteRange) -> Bool {
    byteOffset < other.endByteOffset && other.byteOffset < endByteOffset
  }

  /// The 512-byte units that the range touches.
  @inlinable
  public var units: Range<UInt64> {
    let unit = UInt64(StateSum.unitByteCount)
    if isEmpty { return byteOffset / unit..<byteOffset / unit }
    return byteOffset / unit..<(endByteOffset - 1) / unit + 1
  }

  /// Half open, in bytes: `[4096, 8192)`.
  public var description: String { "[\(byteOffset), \(endByteOffset))" }
}
