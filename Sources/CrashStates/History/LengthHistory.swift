import Bytes

/// How long the disk is at every cut, as the few places where that changes.
struct LengthHistory: Sendable {
  private var lengths: StepFunction
  private var reaches: StepFunction

  init(_ events: DiskEvents, initialByteCount: UInt64) {
    lengths = StepFunction(initialByteCount)
    reaches = StepFunction(initialByteCount)
    for entryIndex in 0..<events.count {
      let event = events[entryIndex]
      lengths.append(Self.byteCount(lengths.last, after: event), atCut: entryIndex + 1)
      if event.kind == .write {
        reaches.append(max(reaches.last, event.range.endByteOffset), atCut: entryIndex + 1)
      }
    }
  }

  func byteCount(atCut cut: Int) -> UInt64 { lengths.value(atCut: cut) }

  /// Where anything but zeroes can end in any state of a cut.
  func reachByteOffset(atCut cut: Int) -> UInt64 { reaches.value(atCut: cut) }

  /// Whether an entry changes the length where all before it persisted.
  func changes(atEntry entryIndex: Int) -> Bool { lengths.changes(atCut: entryIndex + 1) }

  static func byteCount(_ byteCount: UInt64, after event: DiskEvent) -> UInt64 {
    switch event.kind {
    case .none, .discard: byteCount
    case .write: max(byteCount, event.reachByteOffset)
    case .size: event.range.byteOffset
    }
  }
}

/// A value at every cut, as the cuts where it changes.
private struct StepFunction: Sendable {
  private var cuts = [0]
  private var values: [UInt64]

  init(_ first: UInt64) {
    values = [first]
  }

  var last: UInt64 { values[values.count - 1] }

  mutating func append(_ value: UInt64, atCut cut: Int) {
    if value == last { return }
    cuts.append(cut)
    values.append(value)
  }

  func value(atCut cut: Int) -> UInt64 { values[cuts.countBelow(cut + 1) - 1] }

  func changes(atCut cut: Int) -> Bool { cuts[cuts.countBelow(cut + 1) - 1] == cut }
}

extension RandomAccessCollection where Element: Comparable, Index == Int {
  /// How many elements of this ascending collection are less than `bound`.
  func countBelow(_ bound: Element) -> Int {
    partitioningIndex { $0 >= bound } - startIndex
  }
}
