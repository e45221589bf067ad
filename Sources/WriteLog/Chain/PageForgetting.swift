import Bytes

/// Gives pages of a mapped log back while it is walked through, so that a walk of any length stays
/// in constant memory. A log of up to 1 GiB stays as it is (``ByteRegion/isWorthForgetting``).
package struct PageForgetting {
  let region: ByteRegion
  private var forgottenByteOffset = 0

  /// After how many bytes pages are given back: seldom enough to cost nothing.
  private static let strideByteCount = 16 << 20

  package init(region: ByteRegion) {
    self.region = region
  }

  /// Says that the walk has reached `byteOffset`.
  package mutating func pass(_ byteOffset: Int) {
    guard region.isWorthForgetting, byteOffset - forgottenByteOffset > Self.strideByteCount else {
      return
    }
    let end = min(byteOffset, region.byteCount)
    region.forgetPages(in: forgottenByteOffset..<end)
    forgottenByteOffset = end
  }
}
