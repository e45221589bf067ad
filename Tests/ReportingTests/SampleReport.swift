import CrashStates
import Scheduling
import Stacks

@testable import Campaign
@testable import Checking

/// Reports built by hand.
enum SampleReport {
  static let reproduction =
    "powercut fuzz --stack raw:exact --bug logger.position-reread --seeds 18"

  /// A finding with everything in it but a timeline.
  static var finding: Finding {
    var violation = Violation(
      by: .chainTraceJudge,
      .l03, "entry 2 begins at byte 3072 of the log, inside entry 1",
      state: CrashState(cut: 37, lost: [35, 36]), entries: [1, 2],
      operations: [7, .max], evidence: ["entry 1: claims [2048, 4096)", "entry 2: at byte 3072"])
    violation.repeatCount = 4
    var finding = Finding(
      recorded: violation, alsoBroken: [.d03, .l06], reproduce: reproduction)
    finding.seed = Seed(18)
    finding.token = "pc2:choices=0/3+1x2/3"
    finding.seedToken = "pc2:seed=18"
    finding.bug = .stack(.positionReread)
    return finding
  }

  /// A finding of which nothing but the rule is known.
  static var bareFinding: Finding {
    Finding(
      recorded: Violation(by: .chainTraceJudge, .l01, "'magic' is wrong"), alsoBroken: [],
      reproduce: "powercut check L")
  }

  static func fuzz(_ findings: [Finding] = [finding]) -> RunReport {
    var report = RunReport(
      command: "fuzz", subject: "raw:exact +logger.position-reread",
      seeds: SeedRange(first: Seed(1), last: Seed(.max)))
    report.counts.runs = 18
    report.counts.entries = 900
    report.counts.states = 4000
    report.counts.distinctStates = 600
    report.counts.promises = 70
    report.findings = findings
    return report
  }

  private static let plan = FuzzPlan(
    stack: StackName(image: .raw, profile: .exact), bugs: [.stack(.positionReread)],
    seeds: SeedRange(first: Seed(1), last: Seed(400)))

  /// A finding of a run: the first one of the mistake.
  static func found() throws -> Finding {
    for seed in 1...400 as ClosedRange<UInt64> {
      let found = plan.run(Seed(seed)).findings
      if let first = found.first, first.rule == .l03, first.timeline != nil { return first }
    }
    throw NothingFound()
  }

  /// The same, minimized.
  static func group() throws -> FindingGroup {
    guard let group = try FindingGroup.minimizing(try found(), of: plan, isGoingOn: { true }) else {
      throw NothingFound()
    }
    return group
  }

  private struct NothingFound: Error {}

  static func passed() -> RunReport { fuzz([]) }

  static func nothing() -> RunReport { RunReport(command: "run", subject: "empty") }

  /// Two scenarios: one that passed, and one that failed unless `failure` is `nil`.
  static func scenarios(failure: String?, _ findings: [Finding] = []) -> RunReport {
    var report = RunReport(command: "run", subject: "Scenarios")
    let seeds = SeedRange(first: Seed(1), last: Seed(50))
    var first = ScenarioOutcome(path: "a.yaml", summary: "First.", seeds: seeds)
    first.counts.states = 30
    first.counts.promises = 5
    first.counts.runs = 1
    report.add(first, [])
    var second = ScenarioOutcome(path: "b c.yaml", summary: "Second.", seeds: seeds)
    second.counts.states = 12
    second.counts.promises = 2
    second.failure = failure
    report.add(second, findings)
    return report
  }

  /// What a file name, a mark or an error of another program may hold.
  static let hostileText =
    "a<b>&amp; \"q\" 'r' ]]> \u{0}\u{1}\u{8}\u{b}\u{1b}[31m\u{7f}\u{fffe}é漢\u{1f600}"
}
