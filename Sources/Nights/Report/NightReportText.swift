import Campaign
import Reporting
import Rules

/// A night as a person reads it on a terminal or in a log: what is new first.
struct NightReportText {
  private let report: NightReport
  private let palette: Palette
  private let folder: CampaignPaths

  init(_ report: NightReport, _ folder: CampaignPaths, usesColor: Bool) {
    self.report = report
    self.folder = folder
    palette = Palette(usesColor: usesColor)
  }

  func text(_ timing: ReportTiming) -> String {
    var lines = [
      palette.strong(
        "powercut \(ToolVersion.text)  campaign \(report.campaign)  night \(report.night)")
    ]
    lines += report.findings.filter { $0.isNews || $0.status == .undecided }.flatMap(newLines)
    lines += listLines
    lines += [""] + targetLines
    lines += report.targets.flatMap(remarkLines)
    lines += canaryLines
    lines += limitLines
    lines.append(summaryLine(timing))
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: Findings

  private func newLines(_ finding: ReportedFinding) -> [String] {
    let rule = finding.rule
    let word = finding.status.word.uppercased()
    var lines = [
      "",
      "\(palette.bad("\(word) \(rule)"))  \(palette.strong(rule.failure)) (\(rule.severity.rawValue))",
      "  target    \(finding.target)",
    ]
    if case .new = finding.status {} else { lines.append("  status    \(finding.status.text)") }
    if let minimized = finding.minimized {
      lines.append("  found     \(minimized.title)")
      if let shape = minimized.shape { lines.append("  minimized \(shape)") }
      lines.append("  kept in   \(folder.folder(of: minimized.name, target: finding.target))")
      lines += finding.variants.map {
        "  also in   \(folder.folder(of: $0, target: finding.target))"
      }
    } else {
      lines.append("  minimized not yet: the next start of this campaign does it")
    }
    lines.append("  seeds     \(seeds(finding))")
    lines.append("  reproduce \(folder.reproduction(of: finding, in: report))")
    return lines
  }

  private func seeds(_ finding: ReportedFinding) -> String {
    finding.seeds.map { "\($0)" }.joined(separator: " ")
  }

  /// What nobody has to look at today, a line each.
  private var listLines: [String] {
    let known = report.findings.filter { !$0.isNews && $0.status != .undecided }.map {
      "\(palette.faint("known"))  \($0.name)  \($0.target)  \($0.rule.failure) (\($0.status.text))"
    }
    let earlier = report.earlier.map { finding -> String in
      let about = "\(finding.name)  \(finding.target)  \(finding.rule.failure)"
      switch finding.status {
      case .gone:
        return "\(palette.good("gone"))   \(about) (known since night \(finding.since), gone now)"
      case .stillThere:
        return
          "\(palette.faint("known"))  \(about) (known since night \(finding.since); tried again, still there)"
      case .untried(let reason): return "\(palette.faint("known"))  \(about) (not tried: \(reason))"
      }
    }
    let lines = known + earlier
    return lines.isEmpty ? [] : [""] + lines
  }

  // MARK: Targets

  private var targetLines: [String] {
    let rows = report.targets.map { target in
      [
        target.name, target.seeds.map { "\($0)" } ?? "none", "\(target.tally.seedCount)",
        "\(target.tally.counts.states)", "\(target.tally.counts.distinctStates)",
        "\(target.tally.counts.promises)",
        broken(target),
      ]
    }
    return TextTable(
      ["target", "range", "seeds", "states", "distinct", "promises", "broken rules (seeds)"], rows
    ).lines
  }

  private func broken(_ target: TargetReport) -> String {
    if target.tally.broken.isEmpty { return "none" }
    return target.tally.brokenRules.map { "\($0) \(target.tally.broken[$0]?.count ?? 0)" }
      .joined(separator: ", ")
  }

  private func remarkLines(_ target: TargetReport) -> [String] {
    (target.remarks.notes + UnjudgedRulesText.lines(target.remarks.unjudgedRules)).map {
      "\(target.name): \($0)"
    }
  }

  private var canaryLines: [String] {
    guard let canary = report.canary else { return [] }
    return canary.answers.map { answer in
      let place = "canary \(answer.bug), planted in \(answer.stack)"
      guard let seed = answer.seed else {
        return palette.bad("\(place): NOT FOUND in \(answer.seedCount) seeds")
      }
      return "\(place): found by seed \(seed)"
    }
  }

  // MARK: The end

  private var limitLines: [String] {
    let outcome = report.outcome
    if outcome.kind == .nothingChecked {
      return outcome.limits.map { "nothing was checked: \($0)" }
    }
    return outcome.limits.map { "incomplete: \($0)" }
  }

  private func summaryLine(_ timing: ReportTiming) -> String {
    let outcome = report.outcome
    let headline = outcome.kind.headline
    let word = outcome.isPassed ? palette.good(headline) : palette.bad(headline)
    let counts = report.trend.last
    let milliseconds = timing.elapsedNanoseconds / 1_000_000
    let parts = [
      "\(counts?.newCount ?? 0) new", "\(counts?.knownCount ?? 0) known",
      "\(counts?.goneCount ?? 0) gone", counted(counts?.seedCount ?? 0, "seed"),
      counted(counts?.stateCount ?? 0, "crash state"),
      counted(counts?.promiseCount ?? 0, "promise"),
      "\(milliseconds / 1000).\((milliseconds % 1000) / 100) s",
    ]
    return "\(word): \(parts.joined(separator: ", "))"
  }
}
