import Scheduling

/// A part of the states of each tier, spread evenly over all cuts: of p parts every p-th state, counted
/// from one that is drawn for each cut. The p parts together are all states, each once.
public struct StateSample: Hashable, Sendable {
  /// Into how many parts each tier is divided.
  public var partCounts: [UInt64]
  /// Which of them this is, from 0.
  public var part: UInt64

  /// - Parameter partCounts: at least 1 each, one for each tier.
  public init(partCounts: [UInt64], part: UInt64 = 0) {
    self.partCounts = partCounts
    self.part = part
  }

  /// Parts such that about so many states are gone through in all, and of no tier nothing: small tiers
  /// are taken whole, and the others share what is left.
  ///
  /// - Parameter stateCounts: how many states each tier has.
  public init(stateCounts: [UInt64], maximumStateCount: UInt64) {
    var left = maximumStateCount
    var partCounts = [UInt64](repeating: 1, count: stateCounts.count)
    let bySize = stateCounts.indices.sorted { (stateCounts[$0], $0) < (stateCounts[$1], $1) }
    for (place, tier) in bySize.enumerated() {
      let share = max(1, left / UInt64(bySize.count - place))
      let taken = min(share, stateCounts[tier])
      if taken > 0 {
        let whole = stateCounts[tier] / taken
        partCounts[tier] = stateCounts[tier] % taken == 0 ? whole : whole + 1
      }
      left -= min(left, taken)
    }
    self.init(partCounts: partCounts)
  }

  func firstNumber(atCut cut: Int, tierPlace: Int, _ seed: Seed) -> UInt64 {
    let partCount = partCounts[tierPlace]
    // A tier in fewer parts is through before the others are.
    guard part < partCount else { return .max }
    if partCount == 1 { return 0 }
    var stream = RandomStream(seed, .samples, UInt64(cut), UInt64(tierPlace))
    return (stream.next() % partCount + part) % partCount
  }
}
