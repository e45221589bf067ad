import Bytes

/// Asks for what a pass that goes through a log from its front to its end is about to read, so that the disk is never
/// waited for page by page.
///
/// A pass that reads headers only leaves the payload between them out: it asks for all of it as long as the headers stand
/// so close together that jumping from one to the next would take longer.
package struct ReadAhead {
  package enum Reading: Sendable {
    case headers
    case everything
  }

  /// How far ahead is asked, which has to be enough for several requests in flight.
  private static let aheadByteCount = 16 << 20
  /// After how many bytes it is asked again.
  private static let stepByteCount = 2 << 20
  /// What a disk reads in about the time of one jump.
  private static let longestJumpByteCount = 64 << 10
  /// A step that stays this close is no jump: the system reads a few pages at once anyway.
  private static let nearByteCount = 8 << 10

  private let region: ByteRegion
  private let reading: Reading
  private var byteOffset = 0
  private var stepStart = 0
  private var jumpCount = 0
  private var askedByteOffset = 0
  /// The first look is early, since small logs are as slow.
  private var nextLook = 64 << 10

  package init(of region: ByteRegion, for reading: Reading) {
    self.region = region
    self.reading = reading
    if reading == .everything { nextLook = 0 }
  }

  /// Says that the pass has reached `newByteOffset`.
  package mutating func pass(_ newByteOffset: Int) {
    if newByteOffset - byteOffset > Self.nearByteCount { jumpCount += 1 }
    byteOffset = newByteOffset
    if newByteOffset >= nextLook { look() }
  }

  private mutating func look() {
    let isDense = byteOffset - stepStart <= (jumpCount + 1) * Self.longestJumpByteCount
    if reading == .everything || jumpCount == 0 || isDense {
      let end = min(byteOffset + Self.aheadByteCount, region.byteCount)
      let start = max(askedByteOffset, byteOffset)
      if start < end {
        region.expectReading(of: start..<end)
        askedByteOffset = end
      }
    }
    (stepStart, jumpCount) = (byteOffset, 0)
    nextLook = byteOffset + Self.stepByteCount
  }
}
