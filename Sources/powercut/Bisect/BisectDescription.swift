import Bytes
import Campaign
import Checking
import CrashStates
import Reporting

/// What a bisection found, for a person: the culprit first, then both sides, then how sure it is.
struct BisectDescription {
  private let result: BisectResult

  init(_ result: BisectResult) {
    self.result = result
  }

  func text(_ timing: ReportTiming) -> String {
    var lines = ["powercut \(ToolVersion.text)  bisect  \(result.path)", ""]
    lines += verdictLines
    lines += violationLines
    if let sides = result.sides { lines += sideLines(sides) }
    lines += [""] + certaintyLines + result.notes
    lines += UnjudgedRulesText.lines(result.unjudgedRules)
    lines += result.obstacles.map { "incomplete: \($0)" }
    lines.append(summaryLine(timing))
    lines.append("reproduce: \(result.reproduce)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// One test case, named after what was asked.
  func cases(_ timing: ReportTiming) -> CaseSuite {
    var suite = CaseSuite(command: "bisect", subject: result.path)
    suite.add("\(result.path) \(subject)", timing, result.outcome, text: text(timing))
    suite.notes = result.notes + UnjudgedRulesText.lines(result.unjudgedRules)
    return suite
  }

  // MARK: The verdict

  private var verdictLines: [String] {
    if result.isInterrupted { return ["INTERRUPTED: the search was not finished."] }
    if let reason = result.unjudgedReason {
      if case .anyRule = result.question { return ["NOTHING WAS JUDGED: \(reason)."] }
      return ["NOTHING WAS JUDGED: \(subject) cannot be judged here (\(reason))."]
    }
    if result.isDistrusted, result.isFailing {
      return ["NO VERDICT: what follows may be due to what the recording lacks."] + findingLines
    }
    return findingLines
  }

  private var findingLines: [String] {
    if let sides = result.sides { return culpritLines(sides) }
    switch result.answer?.verdict {
    case .failsFromTheStart(let state):
      return [
        "\(subject) fails from the start: at \(result.text(state)), and at every cut after it that was looked at.",
        "No entry of this log is to blame: what was there before its first entry is.",
      ]
    case .everythingSkipped where result.violation == nil:
      if case .command = result.question {
        return ["NOTHING WAS JUDGED: the judge passed over every state."]
      }
      return ["NOTHING WAS JUDGED: the image opens in no state, and \(subject) needs that."]
    default: break
    }
    guard result.violation != nil else {
      return [nothingFails]
    }
    return logLines
  }

  private var nothingFails: String {
    let states =
      (result.answer?.skippedStateCount ?? 0) > 0
      ? "every state that it could judge" : "every state"
    if let start = result.answer?.failingStart {
      return
        "Nothing fails from \(start.firstGood) on. \(subject) fails at \(start.text), before the first "
        + "good state: no entry of this log is to blame."
    }
    if case .command = result.question { return "Nothing fails: \(subject) accepts \(states)." }
    return "Nothing fails: \(subject) holds in \(states)."
  }

  private func culpritLines(_ sides: BisectResult.Sides) -> [String] {
    let culprit = sides.culprit
    // The newest entry, or where that is the one that was torn or lost, that one.
    let newest = sides.entries.last { $0.kind == .arrived } ?? sides.entries.last
    var lines: [String] = []
    if culprit.skipped.isEmpty, let last = newest {
      lines.append("CULPRIT  \(last.text)")
      if let structure = last.structure { lines.append("         it writes: \(structure)") }
    } else {
      let first = culprit.before.map { $0.cut } ?? 0
      lines.append(
        "CULPRIT  one of the entries \(first) to \(culprit.bad.cut - 1): "
          + "\(counted(culprit.skipped.count, "state", "states")) between could not be judged")
    }
    if !culprit.bad.lost.isEmpty {
      let list = culprit.bad.lost.map(String.init).joined(separator: ", ")
      lines.append(
        sides.ranges == nil
          ? "         only where the power cut loses lines \(list) of joint.txt, not yet durable"
          : "         only where the power cut loses \(culprit.bad.lost.count == 1 ? "entry" : "entries")"
            + " \(list), not yet flushed")
    }
    if let torn = culprit.bad.torn {
      lines.append(
        "         only where the power cut tears entry \(torn.entryIndex): \(result.text(culprit.bad))"
      )
    }
    if !culprit.bad.early.isEmpty {
      lines.append(
        "         only where writes in flight together take effect in another order: \(culprit.bad)"
      )
    }
    return lines
  }

  /// A rule of the log itself.
  private var logLines: [String] {
    var lines: [String] = []
    for entry in result.namedEntries {
      lines.append("CULPRIT  \(entry.text)")
      if let structure = entry.structure { lines.append("         it writes: \(structure)") }
    }
    if lines.isEmpty { lines.append("CULPRIT  no single entry") }
    lines.append(
      "         This rule is about the log itself: no crash state had to be searched for.")
    return lines
  }

  private var violationLines: [String] {
    var lines: [String] = []
    if let violation = result.violation {
      lines += [
        "", "  rule         \(violation.rule): \(violation.rule.promise)",
        "  severity     \(violation.rule.severity.rawValue)",
        "  found        \(violation.title)",
      ]
      lines += violation.difference.map { "  only if      \($0)" }
      lines += violation.evidence.filter { !$0.hasPrefix("the image: ") }.map {
        "  evidence     \($0)"
      }
      if !result.alsoBroken.isEmpty {
        lines.append(
          "  also         \(result.alsoBroken.map(\.rawValue).joined(separator: " ")) in the same "
            + "state")
      }
    }
    return lines
  }

  // MARK: Both sides

  private func sideLines(_ sides: BisectResult.Sides) -> [String] {
    let culprit = sides.culprit
    var lines = [""]
    lines.append("  last good    \(culprit.good.map { result.text($0) } ?? "none")")
    lines.append("  first bad    \(result.text(culprit.bad))")
    if let before = culprit.before, before != culprit.good {
      lines.append("  good, too    \(result.text(before)), earlier with the same loss")
    }
    lines += ["", "  entries between the two"]
    for entry in sides.entries {
      lines.append("    \(Self.word(entry.kind))  \(entry.text)")
      if let structure = entry.structure { lines.append("           = \(structure)") }
    }
    lines += namedLines + rangeLines(sides) + structureLines(sides)
    let noun = sides.ranges == nil ? "folder" : "image "
    if let good = sides.goodCommand { lines += ["", "  good \(noun)  \(good)"] }
    lines.append("  bad \(noun)   \(sides.badCommand)")
    return lines
  }

  private static func word(_ kind: BisectResult.Difference.Kind) -> String {
    switch kind {
    case .arrived: "new  "
    case .lost: "lost "
    case .torn: "torn "
    case .early: "early"
    case .named: "     "
    }
  }

  private var namedLines: [String] {
    if result.namedEntries.isEmpty { return [] }
    return ["", "  entries of the operations that the rule names"]
      + result.namedEntries.flatMap { entry in
        ["           \(entry.text)"] + (entry.structure.map { ["           = \($0)"] } ?? [])
      }
  }

  private func rangeLines(_ sides: BisectResult.Sides) -> [String] {
    if sides.culprit.good == nil { return [] }
    if !sides.names.isEmpty {
      return ["", "  names that differ"] + sides.names.map { "    \($0)" }
    }
    guard let ranges = sides.ranges, !ranges.isEmpty else {
      return [
        "", "  the bytes of both are the same: what differs is what the client had been promised",
      ]
    }
    return ["", "  bytes that differ"]
      + ranges.map { range, name in "    \(range)\(name.map { "  \($0)" } ?? "")" }
  }

  private func structureLines(_ sides: BisectResult.Sides) -> [String] {
    guard let structures = sides.structures, !structures.rows.isEmpty else { return [] }
    var lines = ["", "  what they say"]
    for row in structures.rows {
      lines += ["    \(row.name)", "      good  \(row.first)", "      bad   \(row.second)"]
    }
    if structures.omittedRowCount > 0 {
      lines.append("    and \(structures.omittedRowCount) more values")
    }
    return lines
  }

  // MARK: How sure

  private var certaintyLines: [String] {
    guard let answer = result.answer else { return [] }
    if answer.verdict == .nothingFails || answer.verdict == .everythingSkipped {
      return answer.isScanned ? ["search: the states were gone through one by one"] : []
    }
    switch answer.monotony {
    case .held(let sampleCount):
      return [
        "search: by halves; at \(counted(sampleCount, "more cut", "more cuts")) on either side it was "
          + "as expected, good before and bad behind"
      ]
    case .broken(let state, let outcome):
      let what = outcome == .bad ? "fails in front of good ones" : "is good behind one that fails"
      return [
        "search: NOT MONOTONE, \(result.text(state)) \(what)"
          + (answer.isScanned ? "; the states were gone through one by one" : "")
      ]
    case .endIsGood(let state):
      return [
        "search: NOT MONOTONE, the last state that was judged (\(result.text(state))) is good; the states were "
          + "gone through one by one"
      ]
    case .unknown:
      return answer.isScanned ? ["search: the states were gone through one by one"] : []
    }
  }

  private func summaryLine(_ timing: ReportTiming) -> String {
    var parts = [counted(result.entryCount, "entry", "entries")]
    if let counts = result.logCounts {
      parts.append(counted(counts.promises, "promise", "promises"))
    }
    if let answer = result.answer {
      parts.append("\(counted(answer.judgedStateCount, "state", "states")) judged")
      if answer.skippedStateCount > 0 {
        parts.append("\(answer.skippedStateCount) of them could not be")
      }
    }
    if result.commandRunCount > 0 {
      parts.append(counted(result.commandRunCount, "run of the command", "runs of the command"))
    }
    if let count = result.checkedStateCount {
      parts.append("\(count) states checked before, to find the rule")
    }
    let milliseconds = timing.elapsedNanoseconds / 1_000_000
    parts.append("\(milliseconds / 1000).\((milliseconds % 1000) / 100) s")
    return "\(result.outcome.kind.headline): \(parts.joined(separator: ", "))"
  }

  private var subject: String { result.subject }
}

extension BisectResult: Printable {
  func text(_ timing: ReportTiming, usesColor: Bool) -> String {
    BisectDescription(self).text(timing)
  }

  func json(_ timing: ReportTiming) throws -> String { try BisectDocument(self, timing).text() }

  func cases(_ timing: ReportTiming) -> CaseSuite { BisectDescription(self).cases(timing) }
}
