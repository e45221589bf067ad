import Campaign
import Nights
import Scheduling
import Stacks

/// A bug that is planted to see that it is found.
struct CanaryCase: Sendable {
  var bug: PlantedBug

  /// Looks for it seed by seed.
  ///
  /// - Returns: `nil` where the time was over before it was found.
  func answer(_ plan: FuzzPlan, _ isGoingOn: () -> Bool) -> CanaryAnswer? {
    let stack = "\(plan.stack)"
    var seedCount: UInt64 = 0
    for rawSeed in CanarySearch.seeds.first.rawValue...CanarySearch.seeds.last.rawValue {
      if !isGoingOn() { return nil }
      let seed = Seed(rawSeed)
      seedCount += 1
      if plan.run(seed).findings.contains(where: { bug.row.rules.contains($0.rule) }) {
        return CanaryAnswer(bug: bug.identifier, stack: stack, seed: seed, seedCount: seedCount)
      }
    }
    return CanaryAnswer(bug: bug.identifier, stack: stack, seed: nil, seedCount: seedCount)
  }
}
