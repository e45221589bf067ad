import Bytes
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Synchronization
import Testing
import Workload

@testable import Campaign

/// Every place that makes runs asks the carrier that it was given.
struct RunCarrierTests {
  /// L03 in a few of its first seeds.
  private static let configuration: RunConfiguration = {
    let bug = PlantedBug("logger.position-reread")
    var configuration = RunConfiguration(
      stack: StackName(image: .raw, profile: .exact), bugs: Set([bug].compactMap { $0 }))
    var specification = WorkloadSpecification()
    specification.mix = [.init(.write, 4), .init(.writeZeroes, 3), .init(.flush, 1)]
    configuration.workload = .drawn(specification, seed: nil)
    return configuration
  }()

  private static func scenario(_ seeds: ClosedRange<UInt64>) -> Scenario {
    var scenario = Scenario(
      of: configuration, seed: Seed(1), tiers: [.prefix], breaking: .l03, also: Rule.allCases)
    scenario.configuration = configuration
    scenario.seeds = SeedRange(first: Seed(seeds.lowerBound), last: Seed(seeds.upperBound))
    return scenario
  }

  @Test func everyRunOfAScenarioIsTheCarriers() throws {
    let carrier = CountingCarrier()
    let (outcome, _) = Self.scenario(1...50).run(path: "a.yaml", carrier: .device(carrier))
    #expect(outcome.failure == nil)
    #expect(carrier.runCount == outcome.counts.runs)
  }

  @Test func shrinkingMakesItsRunsWithTheCarrierOfTheFinding() throws {
    let carrier = CountingCarrier(workCountOfRun: 1_000)
    let judged = try #require(try Self.scenario(1...50).firstRun(breaking: .l03, carrier: carrier))
    let before = carrier.runCount
    var shrinker = try #require(try Shrinker(judged, rule: .l03))
    let shrunk = try shrinker.shrink()
    #expect(shrunk.operationCount < judged.run.workload.operations.count)
    #expect(carrier.runCount - before >= shrunk.runCount)
  }

  @Test func workOfACarrierLimitsShrinking() throws {
    let carrier = CountingCarrier(workCountOfRun: 20_000)
    let judged = try #require(try Self.scenario(1...50).firstRun(breaking: .l03, carrier: carrier))
    let before = carrier.runCount
    var shrinker = try #require(try Shrinker(judged, rule: .l03, workLimit: 200_000))
    _ = try shrinker.shrink()
    // The one that is looked at first, ten of smaller cases, and none that is searched for.
    #expect(carrier.runCount - before <= 11)
  }

  @Test func tokensAreCarriedOutByTheGivenCarrier() throws {
    var plan = FuzzPlan(
      stack: Self.configuration.stack, bugs: Self.configuration.bugs,
      seeds: SeedRange(first: Seed(1), last: Seed(50)))
    let carrier = CountingCarrier()
    plan.carrier = .device(carrier)
    let finding = try #require(
      (1...50).lazy.compactMap { plan.run(Seed($0)).findings.first }.first)
    let before = carrier.runCount
    #expect(before > 0)
    let token = try RunToken(parsing: try #require(finding.token))
    let replay = try RunReplay(token, carrier: .device(carrier), reproduce: "")
    #expect(replay.verdict.kind == .reproduced)
    #expect(carrier.runCount == before + 1)
    let again = plan.runTwice(try #require(finding.seed))
    #expect(again.difference == nil)
    #expect(carrier.runCount == before + 3)
  }

  // MARK: Runs that cannot be made

  private static let reason = "there is no program 'qemu-io' on PATH; install qemu-utils"

  @Test func aProgramThatCannotBeRunIsNoFinding() throws {
    let judged = JudgedRun(
      Self.configuration, seed: Seed(3), tiers: [.prefix],
      carrier: FailingCarrier(reason: Self.reason))
    #expect(judged.judgement.violations.isEmpty)
    #expect(judged.judgement.stateCount == 0)
    var tally = FuzzTally(
      FuzzPlan(
        stack: Self.configuration.stack, seeds: SeedRange(first: Seed(3), last: Seed(3))))
    let error = try #require(throws: StalledRun.self) {
      try tally.add(JudgedSeed(judged, reproduce: ""))
    }
    #expect(
      "\(error)" == "seed 3: there is no program 'qemu-io' on PATH; install qemu-utils")
  }

  @Test func aProgramThatCannotBeRunEndsScenariosAndReplays() throws {
    let carrier = FailingCarrier(reason: Self.reason)
    let scenario = Self.scenario(1...2)
    #expect(scenario.run(path: "a.yaml", carrier: .device(carrier)).0.outcome.kind == .incomplete)
    #expect(throws: StalledRun.self) {
      try RunReplay(scenario, breaking: .l03, carrier: .device(carrier), reproduce: "")
    }
    #expect(try scenario.firstRun(breaking: .l03, carrier: carrier) == nil)
  }

  /// A carrier of files for a client, and one of devices for transactions: neither makes a run, and both say so.
  @Test func aCarrierOfTheOtherKindMakesNoRun() throws {
    let files = RunCarrier.files(FilesTwin())
    let asked = JudgedSeed(
      Self.configuration, seed: Seed(1), tiers: [.prefix], carrier: files, reproduce: "")
    #expect(asked.stalledRun.map { "\($0)" } == "seed 1: raw:exact cannot be run here")
    #expect(Self.scenario(1...1).run(path: "", carrier: files).0.outcome.kind == .incomplete)

    let database = FuzzPlan(
      stack: try #require(StackName("program:sqlite3-off")),
      seeds: SeedRange(first: Seed(1), last: Seed(1)))
    #expect(
      database.run(Seed(1)).stalledRun.map { "\($0)" }
        == "seed 1: program:sqlite3-off cannot be run here")
    var carried = database
    carried.carrier = files
    #expect(carried.run(Seed(1)).stalledRun == nil)
    #expect(carried.run(Seed(1)).judgement.judgedRules == [.d01])
  }

  /// A part of the states met a limit of this tool, and what the others break is a finding, or is known and
  /// switched off: then nothing is left that says anything of that part.
  @Test(arguments: [true, false])
  func whatWasNotJudgedIsNoPassWhereTheRestIsSwitchedOff(isSwitchedOff: Bool) throws {
    let stack = try #require(StackName("program:sqlite3-off"))
    var plan = FuzzPlan(stack: stack, seeds: SeedRange(first: Seed(1), last: Seed(1)))
    plan.ignoredRules = isSwitchedOff ? [.d02] : []
    plan.carrier = .files(LimitedTwin())
    let judged = plan.run(Seed(1))
    #expect(judged.findings.map(\.rule) == (isSwitchedOff ? [] : [.d02]))
    let stalled = judged.stalledRun.map { "\($0)" }
    #expect(stalled?.contains("3 states were not judged") == (isSwitchedOff ? true : nil))
  }

  @Test(arguments: [
    (RunStall.deadlock(waitingTaskCount: 2), "2 tasks of the stack wait for each other"),
    (.stepLimit(100), "the run did not end within 100 steps"),
  ])
  func whatHangsIsJudgedAllTheSame(stall: RunStall, text: String) {
    #expect("\(StalledRun(seed: Seed(7), stall: stall))".hasPrefix("seed 7: \(text)"))
    let run = StalledCopy(of: SimulatedRun(Self.configuration, seed: Seed(1)), stall: stall)
    #expect(run.judgement(tiers: [.prefix]).stateCount > 0)
  }
}

/// The simulated carrier, with a count.
private final class CountingCarrier: DeviceCarrier {
  let workCountOfRun: Int
  private let count = Mutex(0)

  init(workCountOfRun: Int = 0) {
    self.workCountOfRun = workCountOfRun
  }

  var runCount: Int { count.withLock { $0 } }

  func carryOut(
    _ configuration: RunConfiguration, seed: Seed
  ) -> any DeviceRun {
    count.withLock { $0 += 1 }
    return SimulatedRun(configuration, seed: seed)
  }
}

/// A database that keeps its word.
private struct FilesTwin: FilesCarrier {
  func carryOut(_ configuration: RunConfiguration, seed: Seed, tiers: [Tier]) -> FilesRun {
    var judgement = Judgement()
    judgement.judgedRules = [.d01]
    return FilesRun(judgement, recordedFiles: [])
  }
}

/// A database of which one state is broken and others could not be judged.
private struct LimitedTwin: FilesCarrier {
  func carryOut(_ configuration: RunConfiguration, seed: Seed, tiers: [Tier]) -> FilesRun {
    var judgement = Judgement()
    judgement.judgedRules = [.d01, .d02]
    judgement.violations = [Violation(by: .sqliteJudge, .d02, "a part of a transaction shows")]
    judgement.limit = "3 states were not judged"
    return FilesRun(judgement, recordedFiles: [])
  }
}

private struct FailingCarrier: DeviceCarrier {
  let reason: String

  func carryOut(
    _ configuration: RunConfiguration, seed: Seed
  ) -> any DeviceRun {
    StalledCopy(of: SimulatedRun(configuration, seed: seed), stall: .program(reason))
  }
}

/// A run as if it had ended for some other reason.
struct StalledCopy: DeviceRun {
  private let run: SimulatedRun
  let record: RunRecord

  init(of run: SimulatedRun, stall: RunStall) {
    self.run = run
    var record = run.record
    record.stall = stall
    self.record = record
  }

  func evidence() throws(FormatError) -> Evidence { try run.evidence() }
  func timelineEvents(cut: Int?) -> [Timeline.Event] { run.timelineEvents(cut: cut) }
}
