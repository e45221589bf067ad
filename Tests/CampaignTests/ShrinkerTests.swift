import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing
import Workload

/// Runs that were made smaller, and what must be true of each.
@Suite struct ShrinkerTests {
  /// The first seed that breaks a rule, and the rule that explains the others.
  private static func found(
    _ bug: BugSwitch, stack: StackName = StackName(image: .raw, profile: .exact)
  ) throws -> (judged: JudgedRun, rule: Rule) {
    let plan = FuzzPlan(
      stack: stack, bugs: [.stack(bug)], seeds: SeedRange(first: Seed(1), last: Seed(400)))
    for seed in 1...400 as ClosedRange<UInt64> {
      let judged = JudgedRun(
        plan.configuration(for: Seed(seed)), seed: Seed(seed), tiers: plan.tiers)
      if let first = judged.judgement.violations.first { return (judged, first.rule) }
    }
    throw NotFound()
  }

  private struct NotFound: Error {}

  private static let loggerBugs = BugSwitch.allCases.filter { $0.rawValue.hasPrefix("logger.") }

  @Test(arguments: loggerBugs)
  func aLoggerBugTakesFewOperations(bug: BugSwitch) throws {
    let (judged, rule) = try Self.found(bug)
    var shrinker = try #require(try Shrinker(judged, rule: rule))
    let shrunk = try shrinker.shrink()
    #expect(!shrunk.wasEndedByClock)
    #expect((1...3).contains(shrunk.operationCount))
    #expect(shrunk.switchCount <= 4)
    #expect(shrunk.finding.rule == rule)
    // What was drawn besides is gone, and a file is all that it takes.
    let scenario = try Scenario(parsing: shrunk.scenario.text)
    #expect(scenario == shrunk.scenario)
    let (outcome, findings) = scenario.run(path: "minimized.yaml")
    #expect(outcome.failure == nil)
    #expect(findings.isEmpty)
    #expect(outcome.counts.runs == 1)
    // The mistake is what it takes, too.
    var mended = scenario
    mended.configuration.bugs = []
    mended.expectation = .pass
    #expect(mended.run(path: "minimized.yaml").0.failure == nil)
  }

  @Test func oneRunGivesOneResult() throws {
    let (judged, rule) = try Self.found(.positionReread)
    let texts = try (0..<2).map { _ in
      var shrinker = try #require(try Shrinker(judged, rule: rule))
      return try shrinker.shrink().scenario.text
    }
    #expect(texts[0] == texts[1])
  }

  @Test func whatIsLeftWhenTheTimeIsOverStillBreaksTheRule() throws {
    let (judged, rule) = try Self.found(.positionReread)
    for runLimit in [0, 7, 30] {
      var runCount = 0
      var shrinker = try #require(
        try Shrinker(judged, rule: rule) {
          runCount += 1
          return runCount <= runLimit
        })
      let shrunk = try shrinker.shrink()
      #expect(shrunk.wasEndedByClock)
      #expect(shrunk.runCount <= runLimit)
      #expect(shrunk.finding.rule == rule)
      #expect(shrunk.scenario.run(path: "minimized.yaml").0.failure == nil)
    }
  }

  @Test func aRuleThatIsKeptCannotBeShrunk() throws {
    let (judged, _) = try Self.found(.positionReread)
    #expect(try Shrinker(judged, rule: .r12) == nil)
  }

  @Test func faultsThatItTakesStay() throws {
    let (judged, rule) = try Self.found(.failedWriteLogged)
    var shrinker = try #require(try Shrinker(judged, rule: rule))
    let shrunk = try shrinker.shrink()
    #expect(shrunk.scenario.configuration.faults.errors.count == 1)
    #expect(shrunk.scenario.configuration.faults.capacityByteCount == nil)
  }

  @Test func seedsOfOneBugHaveOneShape() throws {
    let plan = FuzzPlan(
      stack: StackName(image: .raw, profile: .exact), bugs: [.stack(.fuaUnmarked)],
      seeds: SeedRange(first: Seed(1), last: Seed(40)))
    var groups: [FindingGroup] = []
    var foundCount = 0
    for seed in 1...40 as ClosedRange<UInt64> {
      guard let finding = plan.run(Seed(seed)).findings.first(where: { $0.rule == .l07 }) else {
        continue
      }
      let group = try #require(try FindingGroup.minimizing(finding, of: plan) { true })
      FindingGroup.add(group, to: &groups)
      foundCount += 1
    }
    #expect(foundCount > 3)
    #expect(groups.count < foundCount)
    #expect(groups.reduce(0) { $0 + $1.seeds.count } == foundCount)
    for group in groups { #expect(group.name.hasPrefix("L07-OperationEntryJudge-")) }
  }

  @Test func aGroupKeepsTheRunAsItWasFound() throws {
    let (judged, rule) = try Self.found(.flushCoversLater)
    let group = try #require(
      try FindingGroup.minimizing(judged, rule: rule) { true })
    let again = try #require(try group.unshrunk.firstRun(breaking: rule))
    #expect(again.run.logBytes == judged.run.logBytes)
    #expect(again.run.schedule == judged.run.schedule)
    // The page shows the whole run: who began and who was answered.
    let rows = try #require(group.finding.timeline).rows.map(\.text)
    #expect(rows.contains { $0.hasPrefix("flush #") })
    #expect(rows.contains { $0.hasSuffix(" ok") })
  }
}
