import Bytes
import CrashStates

/// What is not a hole of a live device: a disk of terabytes of which little is there is compared in the time of that.
extension ByteRegion {
  /// The sum of all whole units.
  var sumOfWholeUnits: StateSum {
    let unit = StateSum.unitByteCount
    let whole = byteCount / unit * unit
    var sum = StateSum()
    var end = 0
    forEachDataRange(in: 0..<whole) { range in
      // A hole can begin within a unit where a file system's blocks are smaller.
      let start = max(end, range.lowerBound / unit * unit)
      end = max(start, min((range.upperBound + unit - 1) / unit * unit, whole))
      StateSum.forEachContribution(
        of: self, in: start..<end, firstUnitIndex: UInt64(start / unit)
      ) { sum += $1 }
    }
    return sum
  }
}

extension LiveContents {
  /// The first byte from a place on that may be anything but zero; `nil` where only holes follow.
  func nextDataByteOffset(from byteOffset: UInt64) -> UInt64? {
    guard byteOffset < byteCount else { return nil }
    guard case .region(let region) = self else { return byteOffset }
    let start = Int(byteOffset)
    guard let extent = region.extent(at: start), extent.isHole else { return byteOffset }
    return extent.endByteOffset < region.byteCount ? UInt64(extent.endByteOffset) : nil
  }
}
