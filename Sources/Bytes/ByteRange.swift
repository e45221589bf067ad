/// A run of bytes on a disk.
package struct ByteRange: Hashable, Sendable, CustomStringConvertible {
  package var byteOffset: UInt64
  package var byteCount: UInt64

  /// - Precondition: the end fits into 64 bits; check a range from outside with ``init(checking:byteCount:)``.
  @inlinable
  package init(byteOffset: UInt64, byteCount: UInt64) {
    precondition(byteCount <= .max - byteOffset, "the end of a range fits into 64 bits")
    self.byteOffset = byteOffset
    self.byteCount = byteCount
  }

  /// `nil` where the end would not fit into 64 bits.
  package init?(checking byteOffset: UInt64, byteCount: UInt64) {
    guard byteCount <= .max - byteOffset else { return nil }
    self.init(byteOffset: byteOffset, byteCount: byteCount)
  }

  /// The first byte after the range.
  @inlinable
  package var endByteOffset: UInt64 { byteOffset + byteCount }

  @inlinable
  package var isEmpty: Bool { byteCount == 0 }

  @inlinable
  package func overlaps(_ other: ByteRange) -> Bool {
    byteOffset < other.endByteOffset && other.byteOffset < endByteOffset
  }

  /// The 512-byte units that the range touches.
  @inlinable
  package var units: Range<UInt64> {
    let unit = UInt64(StateSum.unitByteCount)
    if isEmpty { return byteOffset / unit..<byteOffset / unit }
    return byteOffset / unit..<(endByteOffset - 1) / unit + 1
  }

  /// Half open, in bytes: `[4096, 8192)`.
  package var description: String { "[\(byteOffset), \(endByteOffset))" }
}
