import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing

@testable import Campaign

/// L09 and L10: the crash states of a log are those that the device itself says it could have been left
/// in, no more and no fewer.
@Suite struct PossibleStatesTests {
  private static func judged(
    _ image: StackName.Image, seed: UInt64, bugs: Set<PlantedBug> = []
  ) -> Judgement {
    let plan = FuzzPlan(
      stack: StackName(image: image, profile: .exact), bugs: bugs,
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)), tiers: [.all])
    return plan.run(Seed(seed)).judgement
  }

  /// The release tool compares more seeds (PossibleStatesToolTests).
  @Test func theStatesOfARawDiskAreThoseOfTheDevice() {
    for seed in UInt64(1)...60 {
      let judgement = Self.judged(.raw, seed: seed)
      #expect(judgement.judgedRules.contains(.l10))
      #expect(judgement.violations.isEmpty, "seed \(seed): \(judgement.violations)")
    }
  }

  /// Two writes to one place that were in flight together, and a third there that was over before them, all of them
  /// before a flush that they may have come too late for: the third stays the first.
  @Test(arguments: [UInt64(1657), 2507])
  func whatWasOverBeforeStaysBefore(seed: UInt64) {
    #expect(Self.judged(.raw, seed: seed).violations.isEmpty)
  }

  @Test func theStatesOfAnImageAreThoseOfTheDevice() {
    var comparedCount = 0
    for seed in UInt64(1)...20 {
      let judgement = Self.judged(.vhdx, seed: seed)
      if judgement.judgedRules.contains(.l10) { comparedCount += 1 }
      #expect(judgement.violations.isEmpty, "seed \(seed): \(judgement.violations)")
    }
    #expect(comparedCount > 10)
  }

  /// A log that claims too much lacks states of the device, one that claims too little has others.
  @Test(arguments: [
    (BugSwitch.flushAtSubmission, Rule.l10), (.flushCoversLater, .l10), (.fuaUnmarked, .l09),
  ])
  func aLogThatClaimsTheWrongThingIsFound(bug: BugSwitch, rule: Rule) {
    let found = (UInt64(1)...40).map { seed in
      let title = Self.judged(.raw, seed: seed, bugs: [.stack(bug)]).violations
        .first { $0.rule == rule }?.title
      return title?.contains("the device c") ?? false
    }
    #expect(found.contains(true))
  }
}
