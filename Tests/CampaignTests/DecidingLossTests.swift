import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing

/// A violation names the lost or torn writes that it takes, and no others.
@Suite struct DecidingLossTests {
  private static func violation(
    _ bug: BugSwitch, _ rule: Rule, seed: UInt64, tiers: [Tier]
  ) throws -> Violation {
    let plan = FuzzPlan(
      stack: StackName(image: .vhdx, profile: .exact), bugs: [.stack(bug)],
      seeds: SeedRange(first: Seed(seed), last: Seed(seed)), tiers: tiers)
    return try #require(plan.run(Seed(seed)).judgement.violations.first { $0.rule == rule })
  }

  /// The log is cleared before the sector of the block table is stable at home: with that sector lost a
  /// FUA write is gone.
  @Test func theOneWriteThatMattersIsLeftOfManyThatWereLost() throws {
    let few = try Self.violation(.homeNotStable, .d05, seed: 1, tiers: [.prefix, .drop(1)])
    let many = try Self.violation(.homeNotStable, .d05, seed: 1, tiers: [.keep(1)])
    for violation in [few, many] {
      #expect(violation.state?.lost.count == 1)
      #expect(violation.difference.count == 1)
      let line = try #require(violation.difference.first)
      #expect(line.hasPrefix("entry \(violation.state?.lost.first ?? -1) is lost, a write of "))
      #expect(line.contains("BAT entries"))
    }
  }

  @Test func aTornWriteIsNamedWithWhatIsLeftOfIt() throws {
    let violation = try Self.violation(
      .payloadNotStable, .d03, seed: 1, tiers: [.prefix, .torn(512)])
    let torn = try #require(violation.state?.torn)
    #expect(
      violation.difference.first?.hasPrefix(
        "entry \(torn.entryIndex) is torn (\(torn.shape), in units")
        == true)
  }

  @Test func aCutThatBreaksTheRuleByItselfTakesNone() throws {
    let violation = try Self.violation(
      .guidBeforeEntry, .d09, seed: 1, tiers: [.prefix, .flushedOnly, .drop(2)])
    #expect(violation.state?.isPrefix == true)
    #expect(violation.difference.isEmpty)
  }
}
