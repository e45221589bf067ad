import Bytes

/// What the units of the log's writes contribute where their own entry put them, so that the states of
/// an epoch do not hash the same payload again and again.
///
/// 16 bytes a unit, for the first ``maximumUnitCount`` units of payload; behind those a log is hashed
/// again where it is looked at. A payload of 1 GiB fits, in 32 MiB.
struct KeptContributions: Sendable {
  private static let maximumUnitCount = 1 << 21

  /// For each entry, where its contributions start; -1 where they are not kept.
  private var starts: [Int] = []
  private var contributions: [StateSum] = []

  /// Room for what will be kept, since growing by doubling took a third of the pass.
  init(_ events: DiskEvents) {
    var unitCount = 0
    for entryIndex in 0..<events.count where events.kind(entryIndex) == .write {
      unitCount += Int(events[entryIndex].range.byteCount) / StateSum.unitByteCount
      if unitCount >= Self.maximumUnitCount { break }
    }
    starts.reserveCapacity(events.count)
    contributions.reserveCapacity(min(unitCount, Self.maximumUnitCount))
  }

  /// Whether the contributions of a write are to be kept; then they follow, one by one.
  mutating func start(_ entryIndex: Int, _ event: DiskEvent) -> Bool {
    let unitCount = Int(event.range.byteCount) / StateSum.unitByteCount
    guard contributions.count + unitCount <= Self.maximumUnitCount else { return false }
    starts.append(contentsOf: repeatElement(-1, count: entryIndex - starts.count))
    starts.append(contributions.count)
    return true
  }

  mutating func append(_ some: ArraySlice<StateSum>) {
    contributions.append(contentsOf: some)
  }

  /// The contributions of units of an entry from one of its units on; `nil` where they are not kept.
  func contributions(
    ofEntry entryIndex: Int, fromUnit unit: Int, count: Int
  ) -> ArraySlice<StateSum>? {
    guard entryIndex < starts.count, starts[entryIndex] >= 0 else { return nil }
    let start = starts[entryIndex] + unit
    return contributions[start..<start + count]
  }
}
