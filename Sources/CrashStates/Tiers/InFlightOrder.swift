import Bytes
import WriteLog

/// Which entries may have taken effect before their place in the log.
///
/// An entry stands where its operation completed, and a device may carry an operation out at any time
/// from its submission on. So of two that overlap and were in flight together either may have been
/// first, and one that was in flight when a flush or a FUA write completed may have persisted where
/// what that one made durable was still to be lost.
///
/// Two numbers of eight bytes an entry, made where a tier needs them.
package struct InFlightOrder: Sendable {
  /// As far back as an entry is looked for to have been in flight: a log that claims more gives the
  /// states of its latest ones.
  static let maximumReach = 256

  private let events: DiskEvents
  private let origin: LogOrigin
  /// The submission and completion indices of the extensions; empty where the origin has none.
  private var submitted: [UInt64] = []
  private var completed: [UInt64] = []
  /// For each entry with FLUSH or FUA, those after it that may have taken effect before it.
  private var earlyOfBarrier: [Int: [Int]] = [:]
  /// The entries that overlap an earlier one which was in flight with them, ascending, with those.
  private(set) var overlaps: [(entryIndex: Int, earlier: [Int])] = []

  init(_ index: WriteLogIndex, _ events: DiskEvents, origin: LogOrigin) {
    self.events = events
    self.origin = origin
    switch origin {
    case .powercut:
      load(index)
      findEarly()
      findOverlaps()
    case .linux: findHeldBack()
    case .qemu, .unknown: break
    }
  }

  /// The entries at or after a cut that may have persisted there, ascending; only where they make a
  /// state that no later cut has.
  ///
  /// What a call with FUA lets come early, it does at the cut before the call.
  func early(atCut cut: Int) -> [Int] {
    var barrier = cut
    while events.isWithinCall(atCut: barrier + 1) { barrier += 1 }
    return barrier == cut ? earlyOfBarrier[cut] ?? [] : earlyAtCall(cut...barrier)
  }

  private func earlyAtCall(_ entries: ClosedRange<Int>) -> [Int] {
    Set(entries.flatMap { earlyOfBarrier[$0] ?? [] }).sorted()
  }

  /// Whether a set of early entries could have persisted at a cut: a FUA write that had completed when
  /// one of them was submitted is there too.
  func isPossible(_ early: [Int], atCut cut: Int) -> Bool {
    if submitted.isEmpty { return true }
    return early.allSatisfy { entryIndex in
      (cut..<entryIndex).allSatisfy { other in
        !events.isFUA(other) || completed[other] > submitted[entryIndex] || early.contains(other)
      }
    }
  }

  /// The entries of a range that overlap an earlier one which was in flight with them.
  func overlapping(in entryIndices: Range<Int>) -> ArraySlice<(entryIndex: Int, earlier: [Int])> {
    func place(_ entryIndex: Int) -> Int {
      overlaps.partitioningIndex { $0.entryIndex >= entryIndex }
    }
    return overlaps[place(entryIndices.lowerBound)..<place(entryIndices.upperBound)]
  }

  /// Whether an entry may have taken effect right before another one that the log has first, or,
  /// where both are the same, before the cut that it stands behind.
  func allows(_ early: EarlyEntry) -> Bool {
    let (entry, before) = (early.entryIndex, early.beforeEntryIndex)
    guard before >= 0, before <= entry, entry < events.count, events.kind(entry) != .none,
      entry - before <= Self.maximumReach, before < entry || !events.isFlush(entry)
    else { return false }
    switch origin {
    case .powercut:
      return (before..<entry).allSatisfy { other in
        !isOrdering(other, for: entry) || submitted[entry] < completed[other]
      }
    case .linux:
      // A FUA write itself may have persisted right where it stands, and no earlier.
      return (before == entry || !events.isFUA(entry))
        && (before..<entry).allSatisfy { !events.isFlush($0) }
    case .qemu, .unknown: return false
    }
  }

  /// Whether an entry had completed when another one was submitted.
  func isOver(_ one: Int, before other: Int) -> Bool {
    !submitted.isEmpty && completed[one] < submitted[other]
  }

  /// Whether it matters that an entry took effect before another one.
  private func isOrdering(_ other: Int, for entry: Int) -> Bool {
    events.isFlush(other) || events.isFUA(other) || touchTheSame(other, entry)
  }

  /// Whether the order of two entries shows.
  func touchTheSame(_ one: Int, _ other: Int) -> Bool {
    let (first, second) = (events[one], events[other])
    if first.kind == .none || second.kind == .none { return false }
    // A change of the length has an order with everything that may change the length.
    return first.kind == .size || second.kind == .size || first.range.overlaps(second.range)
  }

  private mutating func load(_ index: WriteLogIndex) {
    submitted.reserveCapacity(events.count)
    completed.reserveCapacity(events.count)
    for entryIndex in 0..<events.count {
      let own = index[entryIndex].extension
      // An entry without one was in flight with nothing.
      submitted.append(own?.submissionIndex ?? .max)
      completed.append(own?.completionIndex ?? 0)
    }
  }

  /// Whether an entry is durable while what is before it may be lost. The flush of a FLUSH with data comes
  /// first, so that one's data is not.
  private func persistsAlone(_ entryIndex: Int) -> Bool {
    events.isFUA(entryIndex) && !events.isFlush(entryIndex) && events.kind(entryIndex) != .none
  }

  private mutating func findEarly() {
    var barriers: [Int] = []
    for entryIndex in 0..<events.count {
      if persistsAlone(entryIndex) {
        earlyOfBarrier[entryIndex, default: []].append(entryIndex)
      }
      if events.kind(entryIndex) != .none, !events.isFlush(entryIndex) {
        for barrier in barriers.reversed() {
          guard entryIndex - barrier <= Self.maximumReach else { break }
          if submitted[entryIndex] < completed[barrier] {
            earlyOfBarrier[barrier, default: []].append(entryIndex)
          } else if events.isFlush(barrier) {
            break
          }
        }
      }
      if events.isFlush(entryIndex) || events.isFUA(entryIndex) { barriers.append(entryIndex) }
    }
  }

  private mutating func findOverlaps() {
    var latestCompletion: [UInt64] = []
    latestCompletion.reserveCapacity(events.count)
    for entryIndex in 0..<events.count {
      var earlier: [Int] = []
      if events.kind(entryIndex) != .none {
        var other = entryIndex - 1
        while other >= max(0, entryIndex - Self.maximumReach),
          latestCompletion[other] > submitted[entryIndex]
        {
          if completed[other] > submitted[entryIndex], touchTheSame(other, entryIndex) {
            earlier.append(other)
          }
          other -= 1
        }
      }
      if !earlier.isEmpty { overlaps.append((entryIndex, earlier.reversed())) }
      latestCompletion.append(max(latestCompletion.last ?? 0, completed[entryIndex]))
    }
  }

  /// dm-log-writes lists a plain write when the flush after it completes, and a FUA write at once.
  private mutating func findHeldBack() {
    var barriers: [Int] = []
    for entryIndex in 0..<events.count {
      if events.isFlush(entryIndex) { barriers.removeAll() }
      if persistsAlone(entryIndex) {
        barriers.append(entryIndex)
        earlyOfBarrier[entryIndex] = [entryIndex]
      } else if events.kind(entryIndex) != .none {
        for barrier in barriers.suffix(Self.maximumReach)
        where entryIndex - barrier <= Self.maximumReach {
          earlyOfBarrier[barrier]?.append(entryIndex)
        }
      }
    }
  }
}
