import Campaign
import Checking
import Scheduling

/// A report as a person reads it.
///
/// The first line names tool, command, subject and seeds; a failure ends with the one command that
/// reproduces it.
package struct TextReport {
  private let report: RunReport
  private let palette: Palette

  package init(_ report: RunReport, usesColor: Bool) {
    self.report = report
    palette = Palette(usesColor: usesColor)
  }

  /// The whole text, with a line feed at its end.
  package func text(_ timing: ReportTiming) -> String {
    var lines = [firstLine]
    lines += report.scenarios.map(scenarioLine)
    lines += findingLines
    lines += groupLines
    if !report.findings.isEmpty { lines.append("") }
    if let replay = report.replay { lines.append(palette.strong(replay.description)) }
    lines += report.notes
    lines += UnjudgedRulesText.lines(report.unjudgedRules)
    lines += reasonLines
    lines.append(summaryLine(timing))
    if let reproduction = report.reproduction { lines.append("reproduce: \(reproduction)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The findings and the command that shows the first again: a page of a folder.
  package var pageText: String {
    var lines = [firstLine] + findingLines + [""] + report.notes
    if let reproduction = report.reproduction { lines.append("reproduce: \(reproduction)") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What minimizing made of the findings, with all that happens in the smallest case.
  private var groupLines: [String] {
    report.groups.flatMap { group -> [String] in
      let name = "\(palette.strong("MINIMIZED"))  \(group.name)"
      return ["", name] + FindingText(group.finding, palette).lines
        + FindingGroupText(group).linesWithScenario
    }
  }

  /// The first finding of a run in full, and what else the same run breaks in short: consequences.
  private var findingLines: [String] {
    var lines: [String] = []
    var seen: Set<Seed> = []
    for finding in report.findings {
      let isConsequence = finding.seed.map { !seen.insert($0).inserted } ?? false
      let text = FindingText(finding, palette)
      lines += [""] + (isConsequence ? text.shortLines : text.lines)
    }
    return lines
  }

  private var firstLine: String {
    var words = ["powercut \(ToolVersion.text)", report.command, report.subject]
    if let seeds = report.seeds { words.append("seeds \(seeds)") }
    return palette.strong(words.joined(separator: "  "))
  }

  /// Why it is no plain pass or failure; findings and scenarios have told theirs above.
  private var reasonLines: [String] {
    let outcome = report.outcome
    if outcome.kind == .nothingChecked {
      return outcome.reasons.map { "nothing was checked: \($0)" }
    }
    return report.obstacles.map { "incomplete: \($0)" }
  }

  private func scenarioLine(_ outcome: ScenarioOutcome) -> String {
    guard let failure = outcome.failure else {
      let reasons = outcome.outcome.reasons.joined(separator: "; ")
      switch outcome.outcome.kind {
      case .passed, .failed: break
      case .nothingChecked:
        return "\(palette.faint("skip"))  \(outcome.path)  \(outcome.skipReason ?? reasons)"
      case .incomplete, .interrupted:
        return "\(palette.bad("ERROR"))  \(outcome.path)  \(reasons)"
      }
      let schedules = outcome.scheduleNote.map { "  \($0)" } ?? ""
      return
        "\(palette.good("pass"))  \(outcome.path)  \(outcome.counts.states) states\(schedules)"
    }
    return "\(palette.bad("FAIL"))  \(outcome.path)  \(failure)"
  }

  private func summaryLine(_ timing: ReportTiming) -> String {
    let counts = report.counts
    var parts: [String] = []
    if counts.scenarios > 0 { parts.append(counted(counts.scenarios, "scenario")) }
    if counts.runs > 0 { parts.append(counted(counts.runs, "run")) }
    parts += [
      counted(counts.entries, "entry", "entries"), counted(counts.states, "crash state"),
      "\(counts.distinctStates) distinct", counted(counts.promises, "promise"),
    ]
    let milliseconds = timing.elapsedNanoseconds / 1_000_000
    parts.append("\(milliseconds / 1000).\((milliseconds % 1000) / 100) s")
    return "\(verdict): \(parts.joined(separator: ", "))"
  }

  private var verdict: String {
    switch report.outcome.kind {
    case .passed: return palette.good(report.outcome.kind.headline)
    case .nothingChecked, .incomplete, .interrupted:
      return palette.bad(report.outcome.kind.headline)
    case .failed:
      let rules = Set(report.findings.map(\.rule)).count
      let word = report.outcome.kind.headline
      let broken = rules == 0 ? word : "\(word), \(counted(rules, "rule")) broken"
      return palette.bad(broken + (report.isInterrupted ? " until it was INTERRUPTED" : ""))
    }
  }
}

/// One finding as a block of lines.
private struct FindingText {
  private let finding: Finding
  private let palette: Palette

  init(_ finding: Finding, _ palette: Palette) {
    self.finding = finding
    self.palette = palette
  }

  private var headline: String {
    let rule = finding.rule
    return
      "\(palette.bad("FAIL \(rule)"))  \(palette.strong(rule.failure)) (\(rule.severity.rawValue))"
  }

  /// Which lost or torn writes it takes.
  private var differenceLines: [String] {
    finding.violation.difference.map { "  only if   \($0)" }
  }

  var shortLines: [String] {
    let state = finding.violation.state.map { " (state \($0))" } ?? ""
    return [headline, "  found     \(finding.violation.title)\(state)"] + differenceLines
  }

  var lines: [String] {
    let violation = finding.violation
    var lines = [headline]
    lines.append("  rule      \(violation.rule.promise)")
    lines.append("  found     \(violation.title)")
    if let state = violation.state { lines.append("  state     \(state)") }
    lines += differenceLines
    if let seed = finding.seed { lines.append("  seed      \(seed)") }
    if let bug = finding.bug { lines.append("  bug       \(bug.identifier): \(bug.summary)") }
    if violation.repeatCount > 0 {
      lines.append("  repeats   \(violation.repeatCount) more in the same run")
    }
    if !finding.alsoBroken.isEmpty {
      lines.append(
        "  also      \(finding.alsoBroken.map(\.rawValue).joined(separator: " ")) in the same run")
    }
    lines += violation.evidence.map { "  evidence  \($0)" }
    if let timeline = finding.timeline, !timeline.rows.isEmpty {
      lines += TimelineText(timeline, palette).lines
    }
    return lines
  }
}
