import Campaign
import Reporting
import Rules

/// A night as test cases: one for each finding, one for each target without any, one for the canary, and one for
/// the whole where that has more to say.
struct NightReportCases {
  private typealias Problem = CaseSuite.Problem

  private let report: NightReport
  private let paths: CampaignPaths

  init(_ report: NightReport, _ paths: CampaignPaths) {
    self.report = report
    self.paths = paths
  }

  func suite(_ timing: ReportTiming) -> CaseSuite {
    var suite = CaseSuite(command: "campaign", subject: report.campaign)
    for finding in report.findings {
      suite.add("\(finding.target) \(finding.name)", nanoseconds: 0, problem(of: finding))
    }
    for finding in report.earlier {
      suite.add("\(finding.target) \(finding.name)", nanoseconds: 0, problem(of: finding))
    }
    for target in report.targets
    where !report.findings.contains(where: { $0.target == target.name }) {
      let problem = target.emptiness.map {
        Problem(.skipped, message: "nothing was checked: \($0)")
      }
      suite.add(target.name, nanoseconds: target.nanoseconds, problem)
    }
    if let canary = report.canary {
      let problem = canary.failure.map { Problem(.failure, type: "canary", message: $0) }
      suite.add("canary \(canary.bug)", nanoseconds: 0, problem)
    }
    let outcome = report.outcome
    if !outcome.limits.isEmpty {
      let kind: Outcome.Kind = outcome.kind == .failed ? .incomplete : outcome.kind
      suite.add(report.campaign, nanoseconds: 0, Problem(kind, outcome.limits, text: ""))
    }
    suite.notes = report.targets.flatMap { target in
      (target.remarks.notes + UnjudgedRulesText.lines(target.remarks.unjudgedRules)).map {
        "\(target.name): \($0)"
      }
    }
    return suite
  }

  private func problem(of finding: ReportedFinding) -> Problem? {
    let text = [
      finding.minimized?.title ?? "", finding.minimized?.shape ?? "",
      "reproduce: \(paths.reproduction(of: finding, in: report))",
    ].filter { !$0.isEmpty }.joined(separator: "\n")
    let message = "\(finding.rule) \(finding.rule.failure) (\(finding.rule.severity.rawValue))"
    if report.isFailure(finding) {
      return Problem(.failure, type: finding.rule.rawValue, message: message, text: text)
    }
    return Problem(
      finding.status == .undecided ? .error : .skipped, type: "undecided",
      message: "\(finding.status.text): \(message)", text: text)
  }

  private func problem(of finding: EarlierFinding) -> Problem? {
    switch finding.status {
    case .gone: return nil
    case .stillThere:
      let message = "known since night \(finding.since): \(finding.rule) \(finding.rule.failure)"
      return report.isFailure(finding)
        ? Problem(.failure, type: finding.rule.rawValue, message: message, text: finding.title)
        : Problem(.skipped, message: message)
    case .untried(let reason): return Problem(.skipped, message: "not tried: \(reason)")
    }
  }
}
