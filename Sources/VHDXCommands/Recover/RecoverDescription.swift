import Reporting
import VHDX

/// What a recovery did, or would do, a fact a line.
struct RecoverDescription {
  private let result: RecoverResult

  init(_ result: RecoverResult) {
    self.result = result
  }

  var text: String {
    switch result.found {
    case .success(let plan): PlanDescription(result, plan).text
    case nil:
      "\(result.path): INTERRUPTED; where it was being written, its log is still whole: run the command again\n"
    case .failure(let obstacle): "\(result.path): \(obstacle)\n"
    }
  }

  /// One test case: that the image opens.
  func cases(_ timing: ReportTiming) -> CaseSuite {
    var suite = CaseSuite(command: "recover", subject: result.path)
    suite.add(
      "\(result.path) opens with \(result.profile.name)", timing, result.outcome, text: text)
    return suite
  }
}

extension RecoverResult: Printable {
  func text(_ timing: ReportTiming, usesColor: Bool) -> String { RecoverDescription(self).text }

  func json(_ timing: ReportTiming) throws -> String { try RecoverDocument(self).text() }

  func cases(_ timing: ReportTiming) -> CaseSuite { RecoverDescription(self).cases(timing) }
}

private struct PlanDescription {
  let result: RecoverResult
  let plan: RecoverPlan

  init(_ result: RecoverResult, _ plan: RecoverPlan) {
    self.result = result
    self.plan = plan
  }

  var text: String {
    var lines = ["\(result.path): \(headline)"]
    lines.append("  profile    \(plan.profile.name)")
    lines += headerLines + runLines + replayLines + openingLines
    lines += plan.problems.map { "  broken     \($0.text)" }
    if case .refused(let refusal) = plan.verdict {
      lines.append("  refused    \(refusal.text)")
      lines.append("  written    \(writtenText)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var headline: String {
    switch plan.verdict {
    case .nothingToDo:
      result.written == .copy
        ? "the log is empty: copied to \(result.outputPath ?? "")"
        : "the log is empty: nothing to do"
    case .openedWithoutReplay: "opens without replay, and its log stays as it is"
    case .recovers:
      switch result.written {
      case .image: "recovered"
      case .copy: "recovered into \(result.outputPath ?? "")"
      case .nothing: "would be recovered"
      }
    case .refused(let refusal): "refused" + (refusal.rule.map { ": \($0)" } ?? "")
    }
  }

  private var writtenText: String {
    if result.written == .copy {
      return "\(result.outputPath ?? ""), as replay leaves the image; it does not open"
    }
    if plan.outcome.opens, !plan.overlay.changes.isEmpty {
      return "nothing; --output writes the replayed image to another file, to be looked at"
    }
    return "nothing"
  }

  private var headerLines: [String] {
    [HeaderSlot.first, .second].map { slot in
      let fact: String
      switch plan.headers[slot].outcome {
      case .success(let header):
        fact =
          "number \(header.sequenceNumber), "
          + (header.logGUID.isZero ? "log empty" : "log \(header.logGUID)")
          + (plan.current?.slot == slot ? ", current" : "")
      case .failure(let error): fact = "not valid: \(error.finding)"
      }
      return "  header \(slot == .first ? 1 : 2)   \(fact)"
    }
  }

  private var runLines: [String] {
    guard let search = plan.search else { return [] }
    if search.runs.isEmpty { return ["  run        none: the log holds no entry with this GUID"] }
    return search.runs.map { "  run        \($0.text); \($0.standingText(among: search.runs))" }
      + search.unlistedLines
  }

  private var openingLines: [String] {
    plan.openings.map { opening in
      "  opened by  \(opening.by): "
        + (opening.error.map { "refused, \($0.finding)" } ?? "opens")
    }
  }

  private var replayLines: [String] {
    guard case .recovered(let summary) = plan.outcome else { return [] }
    let totals = RecoverTotals(plan.overlay.changes)
    var lines = [
      "  replay     " + counted(summary.replayedEntryCount, "entry", "entries")
        + ", numbers \(summary.tailSequenceNumber) to \(summary.headSequenceNumber), "
        + counted(summary.replayedDescriptorCount, "descriptor", "descriptors"),
      "  data       " + counted(totals.dataCount, "write", "writes")
        + ", \(totals.dataByteCount) bytes",
      "  zeroes     " + counted(totals.zeroCount, "range", "ranges")
        + ", \(totals.zeroByteCount) bytes",
      "  length     \(plan.fileByteCountBefore) bytes before, \(summary.fileByteCount) after",
    ]
    if let header = plan.currentAfter?.header {
      lines.append(
        "  header     number \(header.sequenceNumber) afterwards, FileWriteGuid "
          + "\(header.fileWriteGUID), log empty")
    }
    return lines
  }
}
