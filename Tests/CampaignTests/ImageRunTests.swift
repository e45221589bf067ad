import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing

/// Runs of a VHDX stack, judged. The release tool looks at more seeds.
@Suite struct ImageRunTests {
  private static func plan(_ bugs: Set<PlantedBug> = []) -> FuzzPlan {
    FuzzPlan(
      stack: StackName(image: .vhdx, profile: .exact), bugs: bugs,
      seeds: SeedRange(first: Seed(1), last: Seed(25)), tiers: [.prefix, .flushedOnly])
  }

  @Test func exactBreaksNothing() {
    var stateCount = 0
    for seed in UInt64(1)...25 {
      let judged = Self.plan().run(Seed(seed))
      #expect(judged.stall == nil)
      #expect(judged.findings.isEmpty, "seed \(seed): \(judged.findings.map(\.rule))")
      stateCount += judged.judgement.distinctStateCount
    }
    #expect(stateCount > 500)
  }

  /// The same seeds break as soon as there is something to find.
  @Test func aPlantedBugIsFound() {
    let plan = Self.plan([.stack(.guidBeforeEntry)])
    let rules = (UInt64(1)...3).flatMap { plan.run(Seed($0)).findings.map(\.rule) }
    #expect(Set(rules).isSuperset(of: [.s05, .d09]))
  }
}
