import Scheduling

/// A part of the states of each tier, spread evenly over all cuts: of p parts every p-th state, counted
/// on from cut to cut. The p parts together are all states, each once.
package struct StateSample: Hashable, Sendable {
  /// Into how many parts each tier is divided.
  package var partCounts: [UInt64]
  /// Which of them this is, from 0.
  package var part: UInt64

  /// - Parameter partCounts: at least 1 each, one for each tier.
  package init(partCounts: [UInt64], part: UInt64 = 0) {
    self.partCounts = partCounts
    self.part = part
  }

  /// Parts such that about so many states are gone through in all, and of no tier nothing: small tiers
  /// are taken whole, and the others share what is left.
  ///
  /// - Parameter stateCounts: how many states each tier has.
  package init(stateCounts: [UInt64], maximumStateCount: UInt64) {
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

  /// A part where one is wanted; `nil` for all states.
  ///
  /// - Parameters:
  ///   - wantedStateCount: about so many, however many there are.
  ///   - usualStateCount: where nobody wants a number: about so many where there are more.
  package init?(
    stateCounts: [UInt64], wantedStateCount: UInt64?, usualStateCount: UInt64?
  ) {
    let usual = usualStateCount.flatMap { stateCounts.stateSum > $0 ? $0 : nil }
    guard let maximum = wantedStateCount ?? usual else { return nil }
    self.init(stateCounts: stateCounts, maximumStateCount: maximum)
  }

  /// The numbers of this part among those of one cut.
  ///
  /// - Parameters:
  ///   - count: how many states the tier has at the cut.
  ///   - passedCount: how many it had at the cuts before, modulo its parts.
  func numbers(
    below count: UInt64, passedCount: UInt64, atCut cut: Int, tierPlace: Int, _ seed: Seed
  ) -> SampledNumbers {
    let partCount = partCounts[tierPlace]
    // A tier in fewer parts is through before the others are.
    guard part < partCount, count > 0 else { return SampledNumbers(all: 0) }
    if partCount == 1 { return SampledNumbers(all: count) }
    var whole = RandomStream(seed, .samples, UInt64(tierPlace))
    let passed = (passedCount + whole.next() % partCount) % partCount
    // Counted from another place at each cut: or cuts that are alike would give the same loss each time.
    var own = RandomStream(seed, .samples, UInt64(cut) + 1, UInt64(tierPlace))
    return SampledNumbers(
      from: (part + partCount - passed) % partCount, by: partCount, below: count,
      countedFrom: own.next() % count)
  }
}

extension [UInt64] {
  /// How many states the tiers have together; 2^64 - 1 for that many and more.
  package var stateSum: UInt64 {
    reduce(0) { total, count in
      let (sum, overflow) = total.addingReportingOverflow(count)
      return overflow ? .max : sum
    }
  }
}
