import Bytes
import Checking
import CrashStates
import Scheduling
import Stacks
import Synchronization
import Testing
import VHDX

@testable import Campaign

/// Runs that are judged by commands, too: commands are played by a closure.
@Suite struct CommandedRunTests {
  private static let stack = StackName(image: .raw, profile: .exact)
  private static let tiers: [Tier] = [.prefix, .drop(1)]

  private func plan(
    _ commands: FakeCommands, bugs: Set<PlantedBug> = [], seeds: ClosedRange<UInt64> = 1...3
  ) -> FuzzPlan {
    var plan = FuzzPlan(
      stack: Self.stack, bugs: bugs,
      seeds: SeedRange(first: Seed(seeds.lowerBound), last: Seed(seeds.upperBound)),
      tiers: Self.tiers, isGoingOn: true)
    plan.carrier = .device(CommandedCarrier(SimulatedCarrier(), commands: commands))
    return plan
  }

  // MARK: what is asked and told

  @Test func everyDistinctStateIsAskedAboutOnce() throws {
    let commands = FakeCommands(onState: { _ in .accepted })
    let result = plan(commands).run(Seed(1))
    #expect(result.findings.isEmpty)
    #expect(result.judgement.distinctStateCount > 10)
    #expect(commands.askedCount == result.judgement.distinctStateCount)
    #expect(result.judgement.judgedRules.contains(.x03))
    #expect(result.judgement.judgedRules.contains(.d01))
    #expect(!result.judgement.judgedRules.contains(.x04))
  }

  @Test func whatACommandRefusesIsAFindingBesideOurs() throws {
    let bug = try #require(PlantedBug("logger.unit-512"))
    let commands = FakeCommands(onState: {
      $0.isPrefix && $0.cut >= 3 ? .broken("exits with 9") : .accepted
    })
    let plan = plan(commands, bugs: [bug])
    let result = try #require(
      (1...40).lazy.map { plan.run(Seed($0)) }.first { $0.findings.contains { $0.rule == .l02 } })
    let rules = result.findings.map(\.rule)
    let finding = try #require(result.findings.first { $0.rule == .x03 })
    #expect(finding.alsoBroken.contains(.l02))
    let state = try #require(finding.violation.state)
    #expect(state.isPrefix && state.cut >= 3)
    #expect(finding.reproduce.hasSuffix(" --command 'judge {image}'"), "\(finding.reproduce)")
    #expect(result.judgement.violations.map(\.rule) == rules)
  }

  @Test func aCampaignHasOneLineForEachCommand() throws {
    let commands = FakeCommands(onState: { $0.cut == 2 ? .cannotTell : .accepted })
    let plan = plan(commands)
    var tally = FuzzTally(plan)
    for seed in UInt64(1)...3 { #expect(try tally.add(plan.run(Seed(seed)))) }
    let report = tally.finalReport
    let skippedCount = try #require(report.counts.commands.first).skippedCount
    #expect(skippedCount > 0)
    let count = commands.askedCount
    #expect(count == report.counts.distinctStates)
    #expect(
      report.notes == [
        "command 'judge {image}': \(count) distinct states, \(count - skippedCount) accepted, "
          + "\(skippedCount) skipped (exit 125), 0 need recovery first, 0 broken"
      ])
    #expect(report.exitStatus == 0)
  }

  @Test func commandsThatSayNothingLeaveTheirRulesOpen() throws {
    let plan = plan(FakeCommands(onState: { _ in .cannotTell }))
    var tally = FuzzTally(plan)
    #expect(try tally.add(plan.run(Seed(1))))
    #expect(tally.finalReport.unjudgedRules.map(\.rule) == [.d11, .x03])
  }

  @Test func aRuleThatIsSwitchedOffBreaksNothing() {
    var plan = plan(FakeCommands(onState: { _ in .broken("exits with 1") }))
    plan.ignoredRules = [.x03]
    let result = plan.run(Seed(1))
    #expect(result.findings.isEmpty)
    #expect(plan.reproduction(of: Seed(1)).contains("--ignore X03"))
  }

  @Test func aRunThatWasNeverMadeIsNotAskedAbout() {
    let commands = FakeCommands(onState: { _ in .accepted })
    let run = SimulatedRun(RunConfiguration(stack: Self.stack), seed: Seed(1))
    let stalled = StalledCopy(of: run, stall: .program("it is not there"))
    let judgement = CommandedRun(stalled, commands: commands).judgement(tiers: Self.tiers)
    #expect(judgement.stateCount == 0)
    #expect(commands.askedCount == 0)
  }

  // MARK: replaying and minimizing

  @Test func aTokenIsReplayedWithTheCommand() throws {
    let commands = FakeCommands(onState: { $0.cut >= 3 ? .broken("exits with 9") : .accepted })
    let plan = plan(commands)
    let finding = try #require(plan.run(Seed(2)).findings.first { $0.rule == .x03 })
    let token = try RunToken(parsing: try #require(finding.token))
    let replay = try RunReplay(token, carrier: plan.carrier, reproduce: "")
    #expect(replay.verdict.kind == .reproduced)
    #expect(replay.isRuleJudged)
    let without = try RunReplay(token, reproduce: "")
    #expect(!without.isRuleJudged)
    #expect(token.reasonNotToRun(hasCommands: false)?.hasPrefix("is about X03, which") == true)
    #expect(token.reasonNotToRun(hasCommands: true) == nil)
  }

  /// The command refuses disks on which a unit in the second half holds something.
  @Test func aFindingOfACommandIsMadeSmallByTheCommand() throws {
    let commands = FakeCommands(onImage: { image in
      let half = image.byteCount / 2
      let bytes = image.read(ByteRange(byteOffset: half, byteCount: image.byteCount - half))
      return bytes.allSatisfy { $0 == 0 } ? .accepted : .broken("exits with 9")
    })
    let plan = plan(commands, seeds: 1...40)
    let finding = try #require(
      (1...40).lazy.compactMap { plan.run(Seed($0)).findings.first }.first)
    #expect(finding.rule == .x03)
    let group = try #require(try FindingGroup.minimizing(finding, of: plan) { true })
    #expect(group.operationCount == 1)
    #expect(group.finding.rule == .x03)
    let (outcome, _) = group.scenario.run(path: "a.yaml", carrier: plan.carrier)
    #expect(outcome.failure == nil)
    #expect(outcome.programWords == commands.words)
    #expect(group.scenario.run(path: "a.yaml").0.failure != nil)
  }

  @Test func whatOurRulesSayIsMadeSmallWithoutTheCommand() throws {
    let bug = try #require(PlantedBug("logger.fua-unmarked"))
    let commands = FakeCommands(onState: { _ in .accepted })
    let plan = plan(commands, bugs: [bug], seeds: 1...40)
    let finding = try #require(
      (1...40).lazy.compactMap { plan.run(Seed($0)).findings.first }.first)
    let askedCount = commands.askedCount
    #expect(try FindingGroup.minimizing(finding, of: plan) { true } != nil)
    #expect(commands.askedCount == askedCount)
  }

  // MARK: obstacles

  private static let trouble = "cannot write to '/tmp/x': No space left on device (error 28)."

  /// Says bad of everything until it cannot be asked any more.
  private var obstructed: FakeCommands {
    FakeCommands(onState: { state in
      if state.cut >= 4 { throw Trouble() }
      return .broken("exits with 1")
    })
  }

  @Test func anObstacleIsNoFindingAndNoPass() throws {
    let plan = plan(obstructed)
    let result = plan.run(Seed(7))
    #expect(result.findings.isEmpty)
    #expect(result.judgement.violations.isEmpty)
    #expect(result.judgement.obstacle == Self.trouble)
    var tally = FuzzTally(plan)
    let error = try #require(throws: StalledRun.self) { try tally.add(result) }
    #expect(
      "\(error)" == "seed 7: the crash states could not be judged to the end: \(Self.trouble)")
    tally.end(by: error)
    let report = tally.finalReport
    #expect(report.exitStatus == 2)
    #expect(!report.isPassed)
    #expect(report.outcome == Outcome(obstacles: ["\(error)"]))
  }

  @Test func anObstacleEndsScenariosReplaysAndMinimizing() throws {
    let plan = plan(obstructed)
    let configuration = plan.configuration(for: Seed(1))
    let scenario = Scenario(
      of: configuration, seed: Seed(1), tiers: Self.tiers, breaking: .x03, also: [])
    #expect(scenario.run(path: "", carrier: plan.carrier).0.outcome.kind == .incomplete)
    #expect(throws: StalledRun.self) {
      try RunReplay(scenario, breaking: .x03, carrier: plan.carrier, reproduce: "")
    }
    #expect(throws: StalledRun.self) {
      try scenario.firstRun(
        breaking: .x03, carrier: CommandedCarrier(SimulatedCarrier(), commands: obstructed))
    }
    let twice = plan.runTwice(Seed(1))
    #expect(twice.difference == nil)
    #expect(twice.stalledRun != nil)
  }

  @Test func anObstacleWhileMinimizingEndsIt() throws {
    let countdown = Mutex(3)
    let commands = FakeCommands(
      onImage: { _ in .broken("exits with 1") },
      before: {
        try countdown.withLock {
          $0 -= 1
          if $0 < 0 { throw Trouble() }
        }
      })
    let plan = plan(commands)
    let finding = try #require(plan.run(Seed(1)).findings.first { $0.rule == .x03 })
    #expect(throws: StalledRun.self) { try FindingGroup.minimizing(finding, of: plan) { true } }
  }

  fileprivate struct Trouble: Error, CustomStringConvertible {
    var description: String { CommandedRunTests.trouble }
  }
}

/// One command.
private final class FakeCommands: RunCommands {
  let words = ["--command", "'judge {image}'"]
  private let judge: @Sendable (DiskHistory, CrashState) throws -> CommandVerdict
  private let before: @Sendable () throws -> Void
  private let count = Mutex(0)

  init(onState judge: @escaping @Sendable (CrashState) throws -> CommandVerdict) {
    self.judge = { try judge($1) }
    before = {}
  }

  init(
    onImage judge: @escaping @Sendable (StateImage) throws -> CommandVerdict,
    before: @escaping @Sendable () throws -> Void = {}
  ) {
    self.judge = { try judge(StateImage($0, $1)) }
    self.before = before
  }

  /// How often it was asked.
  var askedCount: Int { count.withLock { $0 } }

  func answers(
    about states: StateEnumerator, of run: any DeviceRun, _ evidence: Evidence
  ) throws -> RunCommandAnswers {
    try before()
    var tally = CommandTally(try ImageCommand(parsing: "judge {image}"))
    var seen: Set<Digest128> = []
    for (_, state) in states
    where seen.insert(evidence.history.digest(of: state)).inserted {
      count.withLock { $0 += 1 }
      let verdict = try judge(evidence.history, state)
      var violations: [Violation] = []
      if case .broken(let what) = verdict {
        violations = [Violation(by: .commandJudge, .x03, "'judge {image}' \(what)", state: state)]
      }
      tally.add(JudgedAnswer(verdict: verdict, violations: violations), of: state)
    }
    return RunCommandAnswers(tallies: [tally])
  }
}
