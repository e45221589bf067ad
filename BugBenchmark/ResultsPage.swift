import Campaign
import Checking
import Scheduling

/// The results as a page to read.
struct ResultsPage {
  let results: BenchmarkResults

  var text: String {
    ([introduction, summary] + scheduled + minimized + unscheduled + [falseAlarms]).joined(
      separator: "\n\n")
      + "\n"
  }

  private var catalogue: [BugComparison] { results.comparisons.filter(\.bug.isInCatalogue) }

  private var introduction: String {
    """
    # Bug benchmark

    Made by `make bug-benchmark` on \(results.processorCount) processors. Each planted bug is switched \
    on alone, in a stack that is right otherwise, and seeds are carried out until one breaks a rule that \
    the catalogue names for this bug. There are \(results.startCount) starts: start i looks at the seeds \
    from i * 100000 + 1 on, at most \(results.limit) of them. Figures are medians of the starts; \
    `> \(results.limit)` says that the start in the middle found nothing. Once that is certain, the \
    remaining starts are left out. Behind a median, in brackets, stands in how many starts the bug was \
    found, where these are not all.

    Seeds and states do not depend on the machine, nor on how many searches run side by side. Times do: \
    they are those of one search on one processor, with as many searches side by side as there are \
    processors.
    """
  }

  // MARK: What was aimed at

  private var summary: String {
    let count = catalogue.count
    let rows: [(String, Int, String)] = [
      (
        "found by `auto`", catalogue.count(where: \.isFoundByAuto), "\(count)"
      ),
      (
        "found by `auto` in at most 200 seeds, in the median",
        catalogue.count(where: \.isSoonEnough),
        "\(count)"
      ),
      (
        "found by `auto` in at most 2 minutes, in the median",
        catalogue.count { results.isFastEnough($0.bug) }, "\(count)"
      ),
      (
        "`auto` takes at most 3 times the seeds of the best single strategy",
        catalogue.count(where: \.isNearBest), "40"
      ),
    ]
    var lines = rows.map { "| \($0.0) | \($0.1) of \(count) | \($0.2) |" }
    let cases = results.minimized
    if !cases.isEmpty {
      lines.append(
        """
        | minimized within 30 s to at most 6 operations and 4 switches, and the file of the case breaks \
        the rule again | \(cases.count(where: \.isSmallEnough)) of \(cases.count) | \(cases.count) |
        """)
    }
    return (["| bugs of the catalogue | found | aim |", "|---|---:|---:|"] + lines + missed)
      .joined(separator: "\n")
  }

  private var missed: [String] {
    let slow = catalogue.filter { !$0.isSoonEnough }.map(\.bug.identifier)
    let far = catalogue.filter { !$0.isNearBest }.map { comparison in
      let factor = comparison.factorOfAuto.map { "\($0.fixed(1)) times" } ?? "over the limit,"
      return "\(comparison.bug.identifier) (\(factor) \(comparison.best?.strategy.rawValue ?? ""))"
    }
    var lines: [String] = []
    if !slow.isEmpty { lines += ["", "More than 200 seeds: \(slow.joined(separator: ", "))."] }
    if !far.isEmpty {
      lines += ["", "`auto` not within 3 times of the best: \(far.joined(separator: ", "))."]
    }
    return lines
  }

  // MARK: Bugs that a schedule decides on

  private var scheduled: [String] {
    let bugs = results.comparisons.filter { $0.bug.workload == .client }
    if bugs.isEmpty { return [] }
    return [
      "## Seeds until a bug is found",
      table(bugs, last: ["best", "auto to best"]) { comparison, strategy in
        cell(comparison.series(of: strategy), \.medianSeedCount)
      } lastCells: { comparison in
        [
          comparison.best?.strategy.rawValue ?? "",
          comparison.best == nil ? "" : comparison.factorOfAuto?.fixed(2) ?? "",
        ]
      },
      "## Crash states judged until then",
      table(bugs) { comparison, strategy in
        cell(comparison.series(of: strategy), \.medianJudgedStateCount)
      },
      "## Milliseconds until then",
      table(bugs) { comparison, strategy in
        results.timed(comparison.bug, strategy).map { milliseconds($0) } ?? ""
      },
    ]
  }

  private func table(
    _ comparisons: [BugComparison], last: [String] = [],
    _ cell: (BugComparison, StrategyName) -> String,
    lastCells: (BugComparison) -> [String] = { _ in [] }
  ) -> String {
    let names = StrategyName.allCases
    let head = ["bug", "rules"] + names.map(\.rawValue) + last
    let line = ["---", "---"] + [String](repeating: "---:", count: head.count - 2)
    let rows = comparisons.map { comparison in
      [comparison.bug.identifier, rules(comparison.bug)] + names.map { cell(comparison, $0) }
        + lastCells(comparison)
    }
    return markdown([head, line] + rows)
  }

  // MARK: Minimized cases

  private var minimized: [String] {
    if results.minimized.isEmpty { return [] }
    let rows = results.minimized.map { bug in
      [
        bug.bug.identifier, "\(bug.caseCount)", "\(bug.operationCount)", "\(bug.switchCount)",
        "\(bug.lostWriteCount)", (Double(bug.nanoseconds) / 1e6).fixed(0),
      ]
    }
    let failures = results.minimized.flatMap { bug in
      bug.failures.map { "\n- \(bug.bug.identifier): \($0)" }
    }.joined()
    return [
      "## Minimized cases",
      """
      The findings of the first starts of `auto`, made as small as they can be; of each bug the largest \
      figure. A switch is another task going on than the one that went before, opening and closing \
      included. The case is then read from its file and carried out: it must break the same rule, and pass \
      without the bug.
      """,
      markdown(
        [
          ["bug", "cases", "operations", "switches", "lost writes", "ms"],
          ["---", "---:", "---:", "---:", "---:", "---:"],
        ] + rows) + (failures.isEmpty ? "" : "\n" + failures),
    ]
  }

  // MARK: Bugs of recovery

  private var unscheduled: [String] {
    let bugs = results.comparisons.filter { $0.bug.workload == .dirtyImages }
    let parts: [(String, [BugComparison])] = [
      ("## Recovery: made-up dirty images, two in each seed", bugs.filter(\.bug.isInCatalogue)),
      ("## Beyond the catalogue", bugs.filter { !$0.bug.isInCatalogue }),
    ]
    return parts.filter { !$0.1.isEmpty }.flatMap { [$0.0, recoveryTable($0.1)] }
  }

  private func recoveryTable(_ comparisons: [BugComparison]) -> String {
    let rows = comparisons.map { comparison in
      let series = comparison.series(of: .auto)
      return [
        comparison.bug.identifier, rules(comparison.bug), cell(series, \.medianSeedCount),
        results.timed(comparison.bug, .auto).map { milliseconds($0) } ?? "",
      ]
    }
    return markdown(
      [["bug", "rules", "seeds", "ms"], ["---", "---", "---:", "---:"]] + rows)
  }

  // MARK: Where there is nothing to find

  private var falseAlarms: String {
    let rows = results.falseAlarms.map { alarms in
      [
        "\(alarms.stack)", "\(alarms.seedCount)", "\(alarms.judgedStateCount)",
        "\(alarms.reproductions.count)",
      ]
    }
    let mended = results.minimized.flatMap(\.falseAlarms)
    let mendedRow = [
      "minimized cases without their bug", "\(results.minimized.reduce(0) { $0 + $1.caseCount })",
      "", "\(mended.count)",
    ]
    let lines = (results.falseAlarms.flatMap(\.reproductions) + mended)
      .map { "\n- \($0)" }.joined()
    return "## False alarms\n\n"
      + markdown(
        [
          ["stack without a bug", "seeds", "crash states judged", "findings"],
          ["---", "---:", "---:", "---:"],
        ] + rows + (results.minimized.isEmpty ? [] : [mendedRow]))
      + (lines.isEmpty ? "" : "\n" + lines)
  }

  // MARK: Cells

  private func rules(_ bug: CataloguedBug) -> String {
    bug.rules.map(\.rawValue).joined(separator: " ")
  }

  private func cell(
    _ series: BugSearchSeries?, _ median: KeyPath<BugSearchSeries, Double?>
  ) -> String {
    guard let series else { return "" }
    guard let value = series[keyPath: median] else {
      return "> \(results.limit)" + (series.foundCount == 0 ? "" : " (\(series.foundCount))")
    }
    let isHalf = value.rounded(.down) != value
    return value.fixed(isHalf ? 1 : 0)
      + (series.foundCount == series.startCount ? "" : " (\(series.foundCount))")
  }

  private func milliseconds(_ timed: TimedSeries) -> String {
    timed.medianNanoseconds.map { (Double($0) / 1e6).fixed(0) } ?? "–"
  }

  private func markdown(_ rows: [[String]]) -> String {
    rows.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }
}

extension Double {
  /// With at most one digit after the point, whatever the locale.
  func fixed(_ digitCount: Int) -> String {
    if digitCount == 0 { return "\(Int(rounded()))" }
    if digitCount == 2 {
      let hundredths = Int((self * 100).rounded())
      return "\(hundredths / 100).\(hundredths % 100 / 10)\(hundredths % 10)"
    }
    let tenths = Int((self * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}
