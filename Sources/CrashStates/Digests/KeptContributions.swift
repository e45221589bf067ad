import Bytes

/// What the units of the log's writes contribute where their own entry put them, so that the states of
/// an epoch do not hash the same payload again and again.
///
/// 16 bytes a unit, up to a number of units; a write that does not fit is hashed again where it is
/// looked at.
struct KeptContributions: Sendable {
  /// 1 GiB of payload, in 32 MiB.
  static let usualUnitCount = 1 << 21

  private static let nowhere = UInt32.max

  private let maximumUnitCount: Int

  /// For each entry, where its contributions start; ``nowhere`` where they are not kept. 32 bits hold
  /// every place below the number of units that fits.
  private var starts: [UInt32] = []
  private var contributions: [StateSum] = []

  /// Room for what will be kept, since growing by doubling took a third of the pass.
  init(_ events: DiskEvents, maximumUnitCount: Int) {
    precondition(maximumUnitCount < Self.nowhere, "32 bits count the kept units")
    self.maximumUnitCount = maximumUnitCount
    var unitCount = 0
    for entryIndex in 0..<events.count where events.kind(entryIndex) == .write {
      unitCount += Int(events[entryIndex].range.byteCount) / StateSum.unitByteCount
      if unitCount >= maximumUnitCount { break }
    }
    starts.reserveCapacity(events.count)
    contributions.reserveCapacity(min(unitCount, maximumUnitCount))
  }

  /// Whether the contributions of a write are to be kept; then they follow, one by one.
  mutating func start(_ entryIndex: Int, _ event: DiskEvent) -> Bool {
    let unitCount = Int(event.range.byteCount) / StateSum.unitByteCount
    guard contributions.count + unitCount <= maximumUnitCount else { return false }
    starts.append(contentsOf: repeatElement(Self.nowhere, count: entryIndex - starts.count))
    starts.append(UInt32(contributions.count))
    return true
  }

  mutating func append(_ some: ArraySlice<StateSum>) {
    contributions.append(contentsOf: some)
  }

  /// The contributions of units of an entry from one of its units on; `nil` where they are not kept.
  func contributions(
    ofEntry entryIndex: Int, fromUnit unit: Int, count: Int
  ) -> ArraySlice<StateSum>? {
    guard entryIndex < starts.count, starts[entryIndex] != Self.nowhere else { return nil }
    let start = Int(starts[entryIndex]) + unit
    return contributions[start..<start + count]
  }
}
