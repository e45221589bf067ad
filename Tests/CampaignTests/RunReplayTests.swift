import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import TestSupport
import Testing
import Workload

/// What carrying a recorded run out again says: the same, mended, or another run.
@Suite struct RunReplayTests {
  private static let bug = PlantedBug.stack(.positionReread)

  private static func plan(_ bugs: Set<PlantedBug> = [bug]) -> FuzzPlan {
    FuzzPlan(
      stack: StackName(image: .raw, profile: .exact), bugs: bugs,
      seeds: SeedRange(first: Seed(1), last: Seed(200)), tiers: [.prefix, .flushedOnly])
  }

  /// The token of the first seed that breaks L03, changed.
  private static func token(_ change: (inout RunToken.SeededRun) -> Void = { _ in }) throws
    -> RunToken
  {
    for seed in 1...200 as ClosedRange<UInt64> {
      guard let finding = plan().run(Seed(seed)).findings.first(where: { $0.rule == .l03 }),
        let text = finding.token, case .seed(var run) = try RunToken(parsing: text).subject
      else { continue }
      change(&run)
      return RunToken(.seed(run))
    }
    throw ScenarioError(line: nil, "no seed breaks L03")
  }

  private static func replay(_ token: RunToken) throws -> RunReplay {
    // By its text, as a user gives it.
    try RunReplay(RunToken(parsing: token.description), reproduce: "x")
  }

  @Test func tokensOfEveryGeneratorReproduce() throws {
    var kinds: Set<String> = []
    for (plan, finding) in ScenarioTextTests.findings {
      let token = try RunToken(parsing: finding.token ?? "")
      for token in [token, token.withoutChoices] {
        let replay = try Self.replay(token)
        #expect(replay.verdict.kind == .reproduced, "\(replay.verdict)")
        #expect(replay.findings.first?.rule == finding.rule)
        #expect(replay.findings.first?.violation == finding.violation)
        #expect(replay.findings.first?.timeline == finding.timeline)
      }
      kinds.insert("\(plan.stack) \(plan.workload)")
    }
    #expect(kinds.count >= 5)
  }

  @Test func aRunThatIsMendedIsFixed() throws {
    // The choices of a run without the bug, and the question whether L03 is broken there.
    let configuration = Self.plan([]).configuration(for: Seed(3))
    let judged = JudgedRun(configuration, seed: Seed(3), tiers: [.prefix])
    let token = RunToken(of: judged, breaking: .l03, plan: Self.plan([]))
    for token in [token, token.withoutChoices, RunToken(of: judged, breaking: .l03)] {
      let verdict = try Self.replay(token).verdict
      #expect(verdict.kind == .fixed, "\(verdict)")
      #expect(verdict.description.hasSuffix("L03 holds"))
    }
  }

  @Test func aRuleThatBreaksInsteadIsNamed() throws {
    let token = try Self.token { $0.rule = .d05 }
    let replay = try Self.replay(token)
    #expect(replay.verdict.kind == .fixed)
    #expect(replay.verdict.description.contains("broken is now L03"))
    #expect(replay.findings.contains { $0.rule == .l03 })
  }

  @Test func recordedChoicesCountWhateverTheStrategyHasBecome() throws {
    for name in ["random", "delay", "luck"] {
      #expect(try Self.replay(Self.token { $0.strategy = name }).verdict.kind == .reproduced)
    }
    // Without them another strategy is another run, and never passed silently.
    let token = try Self.token { $0.strategy = "random" }.withoutChoices
    let verdict = try Self.replay(token).verdict
    #expect(verdict.kind == .diverged)
    #expect(verdict.description.contains("makes other choices in this version"))
  }

  @Test func anotherGeneratorIsTold() throws {
    let token = try Self.token { $0.drawnDigest ^= 1 }
    for token in [token, token.withoutChoices] {
      let verdict = try Self.replay(RunToken(token.subject, toolVersion: "0.0.9")).verdict
      #expect(verdict.kind == .diverged)
      for part in [
        "DIVERGED: seed ", " draws another configuration in this version",
        "of powercut \(ToolVersion.text)", "of powercut 0.0.9", "L03 is broken all the same",
      ] { #expect(verdict.description.contains(part), "\(verdict)") }
    }
  }

  @Test func aVersionThatDrawsTheSameIsNamedToo() throws {
    let replay = try Self.replay(RunToken(Self.token().subject, toolVersion: "0.0.9"))
    #expect(replay.verdict.kind == .reproduced)
    #expect(
      replay.notes == ["recorded by powercut 0.0.9, carried out by powercut \(ToolVersion.text)"])
  }

  private static func withChoices(
    _ change: (inout [Choice]) -> Void
  ) throws -> RunToken {
    try token { run in
      guard var schedule = run.choices else { return }
      change(&schedule.choices)
      run.choices = schedule
      run.choicesDigest = schedule.digest
    }
  }

  @Test func choicesThatDoNotFitAreNamedByTheirStep() throws {
    let changed = try Self.replay(
      Self.withChoices { choices in
        choices[7] = Choice(index: 0, bound: choices[7].bound + 40)
      }
    ).verdict
    #expect(changed.kind == .diverged)
    #expect(changed.description.hasPrefix("DIVERGED at step 7: expected one of 4"))
    #expect(changed.description.contains(" pending; L03 "))

    let tooFew = try Self.replay(Self.withChoices { $0.removeLast() }).verdict
    #expect(tooFew.kind == .diverged)
    #expect(tooFew.description.contains("expected the end of the run, found 2 pending"))

    var count = 0
    let tooMany = try Self.replay(
      Self.withChoices {
        count = $0.count
        $0.append(Choice(index: 2, bound: 5))
      }
    ).verdict
    #expect(
      tooMany.description
        == "DIVERGED at step \(count): expected one of 5, found the end of the run; "
        + "L03 is broken all the same")
  }

  @Test func aScenarioAsksForTheRuleThatItExpects() throws {
    let path = "Scenarios/logger/position-reread.yaml"
    let broken = try Scenario(parsing: Repository.text(path))
    let replay = try RunReplay(RunToken(.scenario(broken)), reproduce: "x")
    #expect(replay.verdict.kind == .reproduced)
    #expect(replay.rule == .l03)
    var mended = broken
    mended.configuration.bugs = []
    mended.seeds = SeedRange(first: Seed(1), last: Seed(3))
    let again = try RunReplay(RunToken(.scenario(mended)), reproduce: "x")
    #expect(again.verdict.kind == .fixed)
    #expect(again.results.count == 3)
    // Recorded choices that do not fit any more.
    mended.configuration.schedule = .choices(
      Schedule([Choice(index: 7, bound: 9)]), madeBy: .auto)
    #expect(
      try RunReplay(RunToken(.scenario(mended)), reproduce: "x").verdict.description
        .hasPrefix("DIVERGED at step 0: expected one of 9, found 2 pending"))
  }

  @Test func anIgnoredRuleStaysIgnored() throws {
    let replay = try Self.replay(
      Self.token {
        $0.rule = .l08
        $0.ignoredRules = [.l03]
      })
    #expect(!replay.findings.contains { $0.rule == .l03 })
  }
}
