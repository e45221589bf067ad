import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

/// The result of a command, whatever it is printed as.
package struct RunReport: Sendable {
  package var command: String
  /// What was judged: a stack, a log, a folder of scenarios.
  package var subject: String
  package var seeds: SeedRange?
  package var counts = RunCounts()
  /// The most severe first; of one severity in the order in which they were found.
  package var findings: [Finding] = [] {
    didSet { findings = findings.mostSevereFirst(\.rule) }
  }
  /// Minimized findings, one for each that is most likely a bug of its own; empty where none was asked for.
  package var groups: [FindingGroup] = [] {
    didSet { groups = groups.mostSevereFirst(\.finding.rule) }
  }
  package var scenarios: [ScenarioOutcome] = []
  /// What `replay-run` came to; `nil` in the reports of all other commands.
  package var replay: ReplayVerdict?
  /// The rules that could not be judged, and what would be needed.
  package var unjudgedRules: [(rule: Rule, reason: String)] = []
  /// Facts beside the verdict, line by line.
  package var notes: [String] = []
  /// Ended by a signal before everything was judged.
  package var isInterrupted = false
  /// Why the result is of a part only, a sentence each without its full stop.
  package private(set) var obstacles: [String] = []
  /// Why what is broken may be a mistake of the recording: then no finding is a verdict.
  private var distrust: String?
  /// Why there was nothing to check, whatever the counts say.
  package var emptiness: String?
  /// Whether there was a client: then nothing is checked before anything was promised to it.
  package var needsPromises = false

  package init(command: String, subject: String, seeds: SeedRange? = nil) {
    self.command = command
    self.subject = subject
    self.seeds = seeds
  }

  /// The subject of a simulated stack: `raw:exact +logger.unit-512`.
  package static func target(_ stack: StackName, _ bugs: Set<PlantedBug>) -> String {
    (["\(stack)"] + bugs.sorted().map { "+\($0.identifier)" }).joined(separator: " ")
  }

  /// Takes the outcome of one scenario in.
  package mutating func add(_ outcome: ScenarioOutcome, _ findings: [Finding] = []) {
    scenarios.append(outcome)
    self.findings += findings
    counts.add(outcome.counts)
    counts.scenarios += 1
  }

  /// The result says something of what was judged until then only, or of a part of it: why, in a sentence
  /// without its full stop.
  package mutating func addObstacle(_ reason: String) {
    if !obstacles.contains(reason) { obstacles.append(reason) }
  }

  /// As ``addObstacle(_:)``; and what is broken may be due to it, so that no finding is a verdict.
  package mutating func distrustFindings(_ reason: String) {
    addObstacle(reason)
    distrust = distrust ?? reason
  }

  /// Whether the findings say something of the target, and not perhaps of what is missing.
  package var areFindingsProven: Bool { distrust == nil && !isDiverged }

  /// Another run was carried out than the one that was asked for.
  package var isDiverged: Bool { replay?.kind == .diverged }
}

extension RunReport {
  package var outcome: Outcome {
    Outcome(
      failures: failures, isInterrupted: isInterrupted,
      obstacles: obstacles + divergence + unfinishedScenarios,
      emptiness: emptiness ?? missingCheck)
  }

  package var isPassed: Bool { outcome.isPassed }

  package var exitStatus: Int32 { outcome.exitStatus }

  private var failures: [String] {
    let failedScenarios = scenarios.compactMap { scenario in
      scenario.failure.map { "\(scenario.path): \($0)" }
    }
    if !failedScenarios.isEmpty || !areFindingsProven { return failedScenarios }
    var rules: [Rule] = []
    for finding in findings where !rules.contains(finding.rule) { rules.append(finding.rule) }
    return rules.map { "\($0.rawValue) is broken: \($0.failure)" }
  }

  private var divergence: [String] {
    isDiverged ? [replay?.description].compactMap { $0 } : []
  }

  /// Of a scenario that checked nothing among others that did, nobody would see it.
  private var unfinishedScenarios: [String] {
    let isAnythingChecked = scenarios.contains { $0.outcome.isPassed }
    return scenarios.flatMap { scenario -> [String] in
      let outcome = scenario.outcome
      switch outcome.kind {
      case .nothingChecked where !isAnythingChecked || scenario.skipReason != nil: return []
      case .incomplete, .nothingChecked: return outcome.reasons.map { "\(scenario.path): \($0)" }
      case .passed, .failed, .interrupted: return []
      }
    }
  }

  private var missingCheck: String? {
    if command == "run" {
      if scenarios.contains(where: { $0.outcome.isPassed }) { return nil }
      return scenarios.first { $0.outcome.kind == .nothingChecked }?.outcome.reasons.first
        ?? "no scenario was run"
    }
    return counts.missingCheck(needsPromises: needsPromises)
  }
}
