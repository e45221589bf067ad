import Campaign
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Testing
import Workload

@Suite struct FuzzPlanTests {
  private static let exact = StackName(image: .raw, profile: .exact)

  /// Each rule of its row, however rare.
  @Test(arguments: BugSwitch.loggerBugs)
  func everyBugIsFoundByItsRules(bug: BugSwitch) {
    var wanted = Set(bug.row.rules)
    #expect(!wanted.isEmpty)
    let plan = FuzzPlan(
      stack: Self.exact, bugs: [.stack(bug)], seeds: SeedRange(first: Seed(1), last: Seed(2000)))
    for seed in 1...2000 as ClosedRange<UInt64> where !wanted.isEmpty {
      wanted.subtract(plan.run(Seed(seed)).findings.map(\.rule))
    }
    #expect(wanted.isEmpty)
  }

  @Test func theExactStackBreaksNothing() {
    let plan = FuzzPlan(
      stack: Self.exact, seeds: SeedRange(first: Seed(1), last: Seed(150)))
    for seed in 1...150 as ClosedRange<UInt64> {
      let result = plan.run(Seed(seed))
      #expect(result.findings.isEmpty, "seed \(seed)")
      #expect(result.stall == nil)
      #expect(result.judgement.stateCount > 0)
    }
  }

  @Test func aSeedGivesTheSameRunEachTime() {
    let plan = FuzzPlan(
      stack: Self.exact, bugs: [.stack(.flushCoversLater)],
      seeds: SeedRange(first: Seed(1), last: Seed(40)))
    for seed in 1...40 as ClosedRange<UInt64> {
      let first = SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed))
      let second = SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed))
      #expect(first.logBytes == second.logBytes)
      #expect(first.schedule == second.schedule)
      #expect(plan.run(Seed(seed)).findings == plan.run(Seed(seed)).findings)
    }
  }

  @Test func theRecordedChoicesGiveTheSameRunUnderAnyStrategy() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var configuration = FuzzPlan(
        stack: Self.exact, seeds: SeedRange(first: Seed(1), last: Seed(20))
      ).configuration(for: Seed(seed))
      let recorded = SimulatedRun(configuration, seed: Seed(seed))
      let parsed: Schedule = try #require(Schedule(recorded.schedule.description))
      configuration.schedule = .choices(parsed, madeBy: .random)
      let replayed = SimulatedRun(configuration, seed: Seed(seed))
      #expect(replayed.logBytes == recorded.logBytes)
    }
  }

  @Test func theMarksOfALogTellTheSameHistoryAsTheRun() throws {
    var isAnyReadKnown = false
    for seed in 1...30 as ClosedRange<UInt64> {
      let plan = FuzzPlan(stack: Self.exact, seeds: SeedRange(first: Seed(1), last: Seed(30)))
      var configuration = plan.configuration(for: Seed(seed))
      // A log that fails has no room for more marks.
      configuration.failingLogOperations = []
      let run = SimulatedRun(configuration, seed: Seed(seed))
      let marked = try #require(try MarkedHistory.records(of: run))
      let known = run.client.records
      #expect(marked.count == known.count)
      isAnyReadKnown = isAnyReadKnown || known.contains { $0.readContents != nil }
      for (mark, record) in zip(marked, known) {
        #expect(mark.operation == record.operation)
        #expect(mark.contentsDigest == record.contentsDigest)
        #expect(mark.errorName == record.errorName)
        #expect(mark.entryCountAtBegin == record.entryCountAtBegin)
        #expect(mark.entryCountAtEnd == record.entryCountAtEnd)
        #expect(mark.readContents == record.readContents)
      }
    }
    #expect(isAnyReadKnown)
  }

  /// D11 is judged where a read was answered; where no seed has one, that is said.
  @Test func aCampaignWithoutReadsSaysSo() throws {
    var saying: Set<Bool> = []
    for seed in 1...12 as ClosedRange<UInt64> {
      let plan = FuzzPlan(stack: Self.exact, seeds: SeedRange(first: Seed(seed), last: Seed(seed)))
      let judged = plan.run(Seed(seed))
      var tally = FuzzTally(plan)
      _ = try tally.add(judged)
      let run = SimulatedRun(plan.configuration(for: Seed(seed)), seed: Seed(seed))
      let isAnyRead = run.client.records.contains { $0.readContents != nil }
      let isSaid = tally.finalReport.unjudgedRules.contains { $0.rule == .d11 }
      #expect(isSaid == !isAnyRead, "seed \(seed)")
      saying.insert(isSaid)
    }
    #expect(saying == [true, false])
  }

  /// L08 compares a log with its device, unless the log's device failed; D10 takes an image that a writer can be
  /// given. Seed 1 has what seed 12, or 67, lacks.
  @Test(
    arguments: [
      ("raw:exact", FuzzedWorkload.client, Rule.l08, 12), ("vhdx:exact", .dirtyImages, .d10, 67),
    ] as [(String, FuzzedWorkload, Rule, UInt64)])
  func aCampaignSaysWhatNoSeedCouldJudge(
    stack: String, workload: FuzzedWorkload, rule: Rule, seed: UInt64
  ) throws {
    for (number, isSaid) in [(seed, true), (1, false)] {
      var plan = FuzzPlan(
        stack: try #require(StackName(stack)),
        seeds: SeedRange(first: Seed(number), last: Seed(number)))
      plan.workload = workload
      var tally = FuzzTally(plan)
      _ = try tally.add(plan.run(Seed(number)))
      let reasons = tally.finalReport.unjudgedRules.filter { $0.rule == rule }.map(\.reason)
      #expect(reasons.count == (isSaid ? 1 : 0), "seed \(number): \(reasons)")
      if rule == .l08 { #expect(reasons.allSatisfy { $0.contains("device failed") }) }
    }
  }

  @Test func aLyingDeviceBreaksL09() {
    var configuration = RunConfiguration(stack: Self.exact)
    configuration.faults.liesAboutFlushes = true
    let judged = JudgedRun(configuration, seed: Seed(1), tiers: [.prefix])
    #expect(judged.judgement.violations.contains { $0.rule == .l09 })
  }

  @Test func aCampaignStopsAtItsFirstFindingUnlessItIsToldToGoOn() throws {
    let seeds = SeedRange(first: Seed(1), last: Seed(20))
    for isGoingOn in [false, true] {
      let plan = FuzzPlan(
        stack: Self.exact, bugs: [.stack(.countEarly)], seeds: seeds, isGoingOn: isGoingOn)
      var tally = FuzzTally(plan)
      for seed in 1...20 as ClosedRange<UInt64> {
        guard try tally.add(plan.run(Seed(seed))) else { break }
      }
      #expect(tally.finalReport.exitStatus == 1)
      #expect((tally.finalReport.counts.runs == 20) == isGoingOn)
    }
  }

  @Test func everyScheduleOfSmallRunsIsCarriedOut() throws {
    for bugs in [[], [.stack(.positionReread)]] as [Set<PlantedBug>] {
      var plan = FuzzPlan(
        stack: Self.exact, bugs: bugs, seeds: SeedRange(first: Seed(1), last: Seed(12)),
        isGoingOn: true)
      plan.schedule = .exhaustive(ExhaustiveBound(preemptionLimit: 1))
      var tally = FuzzTally(plan)
      var scheduleCount: UInt64 = 0
      for seed in 1...12 as ClosedRange<UInt64> {
        let result = plan.run(Seed(seed))
        scheduleCount += result.scheduleCount
        #expect(try tally.add(result))
      }
      let report = tally.finalReport
      #expect(report.findings.isEmpty == bugs.isEmpty)
      #expect(
        report.notes.last
          == "\(scheduleCount) schedules of 12 seeds were carried out; within the bound there are no others"
      )
      #expect(plan.reproduction(of: Seed(3)).hasSuffix("--seeds 3 --strategy dfs --preemptions 1"))
      guard let example = tally.examples.first else { continue }
      let group = try #require(try FindingGroup.minimizing(example, of: plan) { true })
      #expect(group.finding.rule == example.rule)
    }
  }
}
