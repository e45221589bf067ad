/// An image file that lies in memory as a whole, such as a mapped one. It is not changed.
package final class RegionImage: ImageFile {
  /// How much of a mapped file is read before its pages are given back: going through a file of any
  /// length takes no more memory than this.
  private static let keptByteCount = 32 << 20
  /// What reading a single byte of a mapping brings into memory.
  private static let pageByteCount = 4096

  private let region: ByteRegion
  private var readByteCount = 0
  /// What the file system said last; the next question is mostly about the same stretch.
  private var knownExtent: (range: Range<Int>, isHole: Bool)?

  package var byteCount: UInt64 { UInt64(region.byteCount) }

  package init(_ region: ByteRegion) {
    self.region = region
  }

  package func read(_ range: ByteRange) -> [UInt8] {
    precondition(range.endByteOffset <= byteCount, "a read ends inside of the file")
    let bytes = region.bytes(in: Int(range.byteOffset)..<Int(range.endByteOffset))
    forgetWhatWasRead(byteCount: bytes.count)
    return bytes
  }

  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    guard byteOffset < byteCount else { return 0 }
    let place = Int(byteOffset)
    if !(knownExtent?.range.contains(place) ?? false) {
      guard let extent = region.extent(at: place), extent.endByteOffset > place else { return 0 }
      knownExtent = (place..<extent.endByteOffset, extent.isHole)
    }
    guard let knownExtent, knownExtent.isHole else { return 0 }
    return UInt64(knownExtent.range.upperBound - place)
  }

  /// Each read touches a page at least.
  private func forgetWhatWasRead(byteCount: Int) {
    guard region.byteCount > Self.keptByteCount else { return }
    readByteCount += max(byteCount, Self.pageByteCount)
    if readByteCount < Self.keptByteCount { return }
    readByteCount = 0
    region.forgetPages(in: 0..<region.byteCount)
  }
}
