import Checking
import Rules
import VHDX

/// Writes in place of what changes through the log only.
///
/// G09 region tables, M13 metadata, B09 block table and bitmaps: no entry carries the bytes. S08:
/// an entry does, but is not stable or not part of a log that the headers name. H11: the header
/// that names the log is not stable.
///
/// Source: [MS-VHDX] 2.3, 2.2.2.1.
struct HomeWriteRules: TraceRule {
  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList
  ) {
    guard case .homeWrite(let write) = event else { return }
    switch write.source {
    case .none: judgeUnlogged(write, stamp, model, &found)
    case .unstableEntry(let entry, let writtenBy):
      found.add(
        Violation(
          by: .homeWriteRules, .s08,
          "bytes \(write.range) are written in place before \(entry.name) is stable",
          entries: writtenBy.entries + [stamp.entryIndex],
          evidence: [
            model.line(writtenBy.entryIndex, "the log entry, not flushed"),
            model.line(stamp.entryIndex, "the home write"), model.lastFlushLine,
          ]))
    case .entry(let entry): judgeName(write, entry, stamp, model, &found)
    }
  }

  private func judgeUnlogged(
    _ write: TracedHomeWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    let what: (rule: Rule, name: String)
    switch write.owner {
    case .regionTables: what = (.g09, "region table")
    case .metadata: what = (.m13, "metadata")
    case .blockTable: what = (.b09, "block table")
    case .bitmap: what = (.b09, "bitmap")
    case .other: return
    }
    let isLogNamed = model.written.map { !$0.header.logGUID.isZero } ?? false
    found.add(
      Violation(
        by: .homeWriteRules, what.rule,
        "\(what.name) bytes \(write.range) are written, and no log entry carries them",
        entries: [stamp.entryIndex],
        evidence: [
          model.line(stamp.entryIndex, "changes the sector to what the log does not say"),
          isLogNamed ? "a replay of the log can undo it" : "torn, nothing can repair it",
        ]))
  }

  private func judgeName(
    _ write: TracedHomeWrite, _ entry: FoundLogEntry, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    if !write.isLogNamed {
      found.add(
        Violation(
          by: .homeWriteRules, .s08,
          "bytes \(write.range) are written in place while no header names their log",
          entries: [stamp.entryIndex],
          evidence: [
            "\(entry.name) carries them under LogGuid \(entry.header.logGUID)",
            "the header's LogGuid is \(model.written?.header.logGUID ?? .zero)",
          ]))
    } else if !write.isLogNameStable {
      found.add(
        Violation(
          by: .homeWriteRules, .h11,
          "bytes \(write.range) are written in place before the header is stable",
          entries: [stamp.entryIndex],
          evidence: [
            "LogGuid \(entry.header.logGUID) is written to a header and not flushed",
            model.lastFlushLine,
          ]))
    }
  }
}
