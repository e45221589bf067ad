import Bytes

/// What the disk held before the first entry.
struct BaseContents: Sendable {
  let region: ByteRegion?
  /// How many of the base's bytes are on the disk: no more than it is long.
  let byteCount: Int

  init(_ region: ByteRegion?, diskByteCount: UInt64) {
    self.region = region
    byteCount = Int(min(UInt64(region?.byteCount ?? 0), diskByteCount))
  }

  /// Calls `body` with the number of each block that is not all zero, ascending.
  func forEachBlock(_ body: (UInt64) -> Void) {
    guard let region else { return }
    let step = Int(DiskBlock.byteCount)
    var start = 0
    var dataEnd = 0
    while start < byteCount {
      if start >= dataEnd, let extent = region.extent(at: start) {
        dataEnd = extent.endByteOffset
        // Nobody reads a hole to find out that it is one.
        if extent.isHole, extent.endByteOffset - start >= step {
          start = extent.endByteOffset / step * step
          continue
        }
      }
      if !region.isZero(in: start..<min(start + step, byteCount)) { body(UInt64(start / step)) }
      start += step
    }
  }

  /// What the base has for a unit.
  func source(ofUnit unitIndex: UInt64) -> UnitSource {
    let unit = UInt64(StateSum.unitByteCount)
    guard unitIndex < (UInt64(byteCount) + unit - 1) / unit else { return .zero }
    let byteOffset = Int(unitIndex * unit)
    return UnitSource(
      origin: .base, byteOffset: byteOffset,
      keptByteCount: min(StateSum.unitByteCount, byteCount - byteOffset))
  }
}
