import Bytes
import Scheduling

/// A write of which a part persisted, in whole atomic units of the device.
///
/// Units are counted from the one in which the write begins; they lie where the device has them, so of
/// a write that is not aligned the first and the last are shorter.
package struct Tear: Hashable, Sendable {
  package enum Shape: Hashable, Sendable {
    /// The first units persisted.
    case prefix(Int)
    /// The last units persisted.
    case suffix(Int)
    /// All units but these persisted.
    case hole(Range<Int>)
    /// Each unit persisted or not, as a coin says that is drawn from this seed.
    case mixture(UInt64)
  }

  /// The write: an entry of the log, or a change that recovery made.
  package var entryIndex: Int
  /// What the device writes whole or not at all: a multiple of 512.
  package var unitByteCount: Int
  package var shape: Shape

  package init(entryIndex: Int, unitByteCount: Int, shape: Shape) {
    self.entryIndex = entryIndex
    self.unitByteCount = unitByteCount
    self.shape = shape
  }

  /// The ways to tear an entry that writes `range`.
  static func all(
    ofEntry entryIndex: Int, writing range: ByteRange, unitByteCount: Int, seed: UInt64
  ) -> [Tear] {
    shapes(unitCount: unitCount(of: range, unitByteCount: unitByteCount), seed: seed).map {
      Tear(entryIndex: entryIndex, unitByteCount: unitByteCount, shape: $0)
    }
  }

  /// How many units a write touches.
  package static func unitCount(of range: ByteRange, unitByteCount: Int) -> Int {
    let unit = UInt64(unitByteCount)
    if range.isEmpty { return 0 }
    return Int((range.endByteOffset - 1) / unit - range.byteOffset / unit) + 1
  }

  /// Shapes worth trying for a write of so many units: each end alone, half, all but an end, holes, and
  /// two mixtures drawn from `seed`. None for a write of one unit.
  package static func shapes(unitCount: Int, seed: UInt64) -> [Shape] {
    if unitCount < 2 { return [] }
    var counts = [1]
    for count in [unitCount / 2, unitCount - 1] where counts.last != count { counts.append(count) }
    var shapes = counts.map { Shape.prefix($0) } + counts.map { Shape.suffix($0) }
    if unitCount > 2 {
      shapes.append(.hole(1..<unitCount - 1))
      if unitCount > 4 { shapes.append(.hole(unitCount / 2..<unitCount / 2 + 1)) }
      shapes += [.mixture(seed), .mixture(seed &+ 1)]
    }
    return shapes
  }

  /// The bytes of a write that persisted, ascending; neighbouring units are one range.
  ///
  /// - Parameter range: all that was written.
  package func keptRanges(of range: ByteRange) -> [ByteRange] {
    let unitCount = Self.unitCount(of: range, unitByteCount: unitByteCount)
    switch shape {
    case .prefix(let count): return [bytes(of: 0..<min(count, unitCount), in: range)]
    case .suffix(let count):
      return [bytes(of: max(0, unitCount - count)..<unitCount, in: range)]
    case .hole(let hole):
      let hole = hole.clamped(to: 0..<unitCount)
      return [0..<hole.lowerBound, hole.upperBound..<unitCount].filter { !$0.isEmpty }
        .map { bytes(of: $0, in: range) }
    case .mixture: return mixtureRanges(of: range, unitCount: unitCount)
    }
  }

  private func mixtureRanges(of range: ByteRange, unitCount: Int) -> [ByteRange] {
    var ranges: [ByteRange] = []
    var start: Int?
    for unit in 0...unitCount {
      if unit < unitCount, keeps(mixedUnit: unit) {
        start = start ?? unit
      } else if let first = start {
        ranges.append(bytes(of: first..<unit, in: range))
        start = nil
      }
    }
    return ranges
  }

  private func keeps(mixedUnit unit: Int) -> Bool {
    guard case .mixture(let seed) = shape else { return false }
    var stream = RandomStream(Seed(seed), .tears, UInt64(entryIndex), UInt64(unit))
    return stream.chance(1, of: 2)
  }

  private func bytes(of units: Range<Int>, in range: ByteRange) -> ByteRange {
    let unit = UInt64(unitByteCount)
    let firstUnit = range.byteOffset / unit
    let start = max((firstUnit + UInt64(units.lowerBound)) * unit, range.byteOffset)
    // The last unit of all may end where 64 bits do.
    let (bound, overflow) = (firstUnit + UInt64(units.upperBound)).multipliedReportingOverflow(
      by: unit)
    let end = overflow ? range.endByteOffset : min(bound, range.endByteOffset)
    return ByteRange(byteOffset: start, byteCount: end > start ? end - start : 0)
  }
}
