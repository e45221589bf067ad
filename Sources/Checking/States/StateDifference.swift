import Bytes
import CrashStates

/// Where two crash states of one log hold different bytes.
package struct StateDifference: Hashable, Sendable {
  /// Whole units of 512 bytes, the last one cut off at the longer disk's end; ascending, and joined where
  /// they touch.
  package var ranges: [ByteRange]
  /// The lengths of both disks.
  package var firstByteCount: UInt64
  package var secondByteCount: UInt64

  /// - Parameters:
  ///   - first, second: states of the history (``DiskHistory/check(_:)``).
  package init(_ history: DiskHistory, _ first: CrashState, _ second: CrashState) {
    firstByteCount = history.byteCount(of: first)
    secondByteCount = history.byteCount(of: second)
    var units = Set(history.affectedUnits(of: first) + history.affectedUnits(of: second))
    for cut in min(first.cut, second.cut)..<max(first.cut, second.cut) {
      units.formUnion(history.unitsOfLastEntry(atCut: cut + 1))
    }
    let different = units.filter { unit in
      history.contents(ofUnit: unit, in: first) != history.contents(ofUnit: unit, in: second)
        && history.hash(ofUnit: unit, in: first) != history.hash(ofUnit: unit, in: second)
    }
    ranges = Self.joined(different.sorted(), byteCount: max(firstByteCount, secondByteCount))
  }

  private static func joined(_ units: [UInt64], byteCount: UInt64) -> [ByteRange] {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    var ranges: [ByteRange] = []
    for unit in units {
      let start = unit * unitByteCount
      let partByteCount = min(unitByteCount, max(byteCount, start) - start)
      if partByteCount == 0 { continue }
      if let last = ranges.last, last.endByteOffset == start {
        ranges[ranges.count - 1].byteCount += partByteCount
      } else {
        ranges.append(ByteRange(byteOffset: start, byteCount: partByteCount))
      }
    }
    return ranges
  }
}

extension DiskHistory {
  fileprivate func hash(ofUnit unit: UInt64, in state: CrashState) -> Digest128 {
    unitHash(contents(ofUnit: unit, in: state))
  }
}
