import Campaign
import Checking

/// A report as test cases: one for each scenario, or for each broken rule of a command that has no scenarios.
/// What was not looked at is skipped, what could not be finished an error.
struct ReportCases {
  private typealias Problem = CaseSuite.Problem

  private let report: RunReport

  init(_ report: RunReport) {
    self.report = report
  }

  func suite(_ timing: ReportTiming) -> CaseSuite {
    var suite = CaseSuite(command: report.command, subject: report.subject)
    if report.scenarios.isEmpty {
      addCases(to: &suite, timing)
    } else {
      addScenarios(to: &suite, timing)
    }
    suite.notes = report.notes + UnjudgedRulesText.lines(report.unjudgedRules)
    return suite
  }

  // MARK: Commands without scenarios

  /// One for each group of minimized findings, one for each other broken rule, and one for the whole where that
  /// has more to say.
  private func addCases(to suite: inout CaseSuite, _ timing: ReportTiming) {
    let nanoseconds = timing.elapsedNanoseconds
    func add(_ name: String, _ finding: Finding) {
      suite.add(
        "\(report.subject) \(name)", nanoseconds: nanoseconds,
        Problem(
          report.areFindingsProven ? .failure : .error, type: finding.rule.rawValue,
          message: Self.message(finding), text: Self.lines(of: finding)))
    }
    for group in report.groups { add(group.name, group.finding) }
    let grouped = Set(report.groups.map(\.finding.rule))
    for finding in report.findings where !grouped.contains(finding.rule) {
      add(finding.rule.rawValue, finding)
    }
    let whole = wholeProblem
    if whole != nil || report.findings.isEmpty {
      suite.add(report.subject, nanoseconds: nanoseconds, whole)
    }
  }

  /// What there is to say beside the findings.
  private var wholeProblem: Problem? {
    let outcome = report.outcome
    if outcome.kind == .failed, outcome.limits.isEmpty { return nil }
    return Problem(
      outcome.kind, outcome.limits, text: report.reproduction.map { "reproduce: \($0)" } ?? "")
  }

  // MARK: Scenarios

  private func addScenarios(to suite: inout CaseSuite, _ timing: ReportTiming) {
    let times = timing.scenarioNanoseconds
    for (place, scenario) in report.scenarios.enumerated() {
      suite.add(
        scenario.path, nanoseconds: place < times.count ? times[place] : 0, problem(of: scenario))
    }
    if report.isInterrupted || !report.obstacles.isEmpty, let whole = wholeProblem {
      suite.add(report.subject, nanoseconds: timing.elapsedNanoseconds, whole)
    }
  }

  private func problem(of scenario: ScenarioOutcome) -> Problem? {
    let reproduce = "reproduce: \(scenario.reproduction)"
    if let reason = scenario.skipReason { return Problem(.skipped, message: reason) }
    guard let failure = scenario.failure else {
      return Problem(scenario.outcome.kind, scenario.outcome.reasons, text: reproduce)
    }
    let findings = report.findings.filter { $0.reproduce == scenario.reproduction }
    let details = findings.isEmpty ? [reproduce] : findings.map { Self.lines(of: $0) }
    return Problem(
      .failure, type: findings.first?.rule.rawValue ?? "expectation", message: failure,
      text: details.joined(separator: "\n"))
  }

  private static func message(_ finding: Finding) -> String {
    "\(finding.rule) \(finding.rule.failure) (\(finding.rule.severity.rawValue))"
  }

  private static func lines(of finding: Finding) -> String {
    let violation = finding.violation
    let state = violation.state.map { ["state: \($0)"] } ?? []
    return
      ([violation.title] + state + violation.difference + violation.evidence + [
        "reproduce: \(finding.reproduce)"
      ])
      .joined(separator: "\n")
  }
}
