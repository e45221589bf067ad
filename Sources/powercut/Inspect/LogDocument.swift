import Bytes
import Campaign
import Reporting
import WriteLog

/// What `inspect --format json` says of a log: the facts of ``LogDescription`` for a program.
///
/// As in every JSON of the tool each key is always there, `null` where there is nothing to say; keys
/// are sorted; offsets, byte counts and other 64-bit values are hexadecimal strings; numbers of
/// entries are plain. `entries` is `null` unless the list was asked for.
struct LogDocument: Encodable {
  static let schemaVersion = 1

  private let schemaVersion = Self.schemaVersion
  private let version = ToolVersion.text
  private let command = "inspect"
  private let subject: String
  private let logByteCount: String
  private let sectorByteCount: UInt32
  /// What the superblock says; `null` where it was never written.
  private let countedEntryCount: Nullable<String>
  private let entryCount: Int
  private let endByteOffset: String
  private let logIdentity: Nullable<String>
  private let extensionEntryCount: Int
  private let tail: Tail
  private let writes: Total
  private let discards: Total
  private let flushEntryCount: Int
  private let fuaEntryCount: Int
  private let metadataEntryCount: Int
  private let markEntryCount: Int
  private let clientMarkCount: Int
  private let unansweredOperationCount: Int
  private let epochCount: Int
  private let longestEpochEntryCount: Int
  private let unflushedEntryCount: Int
  private let deviceEndByteOffset: String
  private let markedDeviceByteCount: Nullable<String>
  private let notes: [String]
  private let problems: [Problem]
  private let entries: Nullable<Bool>
  /// `passed` for a file that is whole, `failed` for one with problems, `interrupted` where a signal has cut
  /// the list of entries short.
  private var outcome: String

  init(_ index: WriteLogIndex, path: String) {
    let summary = LogSummary(of: index)
    subject = path
    logByteCount = summary.fileByteCount.hex
    sectorByteCount = summary.sectorByteCount
    countedEntryCount = Nullable(summary.countedEntryCount?.hex)
    entryCount = summary.entryCount
    endByteOffset = summary.endByteOffset.hex
    logIdentity = Nullable(summary.logIdentity?.hex)
    extensionEntryCount = summary.extensionCount
    tail = Tail(summary)
    writes = Total(summary.writes)
    discards = Total(summary.discards)
    flushEntryCount = summary.flushes.entryCount
    fuaEntryCount = summary.fuaCount
    metadataEntryCount = summary.metadataCount
    markEntryCount = summary.marks.entryCount
    clientMarkCount = summary.clientMarkCount
    unansweredOperationCount = summary.unansweredOperationCount
    epochCount = summary.epochCount
    longestEpochEntryCount = summary.longestEpochEntryCount
    unflushedEntryCount = summary.unflushedEntryCount
    deviceEndByteOffset = summary.deviceEndByteOffset.hex
    markedDeviceByteCount = Nullable(summary.markedDeviceByteCount?.hex)
    notes = index.shapeNotes
    problems = index.problems.map { Problem($0) }
    entries = Nullable(nil)
    outcome = (problems.isEmpty ? Outcome.Kind.passed : .failed).rawValue
  }

  mutating func interrupt() { outcome = Outcome.Kind.interrupted.rawValue }

  /// The text in front of the value of `entries` and the text after it, with a line feed at its end.
  func parts() throws -> (beforeEntries: String, behindEntries: String) {
    let pieces = try JSONText.pieces(self, around: ["entries"])
    return (pieces[0], pieces[1])
  }

  private struct Total: Encodable {
    let entryCount: Int
    let byteCount: String

    init(_ total: LogSummary.Total) {
      entryCount = total.entryCount
      byteCount = total.byteCount.hex
    }
  }

  /// What stands after the entries that the superblock counts.
  private struct Tail: Encodable {
    let state: String
    let entryCount: Int
    let foreignLogIdentity: Nullable<String>

    init(_ summary: LogSummary) {
      (state, entryCount) =
        switch summary.tail {
        case .none: ("none", 0)
        case .used(let entryCount): ("used", entryCount)
        case .unproven(let entryCount): ("unproven", entryCount)
        }
      foreignLogIdentity = Nullable(summary.foreignTailIdentity?.hex)
    }
  }

  private struct Problem: Encodable {
    let rule: String
    let severity: String
    let entryIndex: Int
    let field: String
    let byteOffset: String
    let expected: String
    let found: String
    let hint: String

    init(_ problem: LogProblem) {
      rule = problem.rule.rawValue
      severity = problem.rule.severity.rawValue
      entryIndex = problem.entryIndex
      field = problem.error.field
      byteOffset = problem.error.byteOffset.hex
      expected = problem.error.expected
      found = problem.error.found
      hint = problem.error.hint
    }
  }
}

/// One entry of ``LogDocument``, on one line.
struct EntryDocument: Encodable {
  private let index: Int
  private let headerByteOffset: String
  private let kind: String
  private let flags: String
  private let deviceByteOffset: String
  private let deviceByteCount: String
  private let text: Nullable<String>
  private let clientOperation: Nullable<String>
  private let task: Nullable<UInt32>
  private let submissionIndex: Nullable<String>
  private let completionIndex: Nullable<String>

  init(_ entry: LogEntry, of log: WriteLogIndex) {
    index = entry.index
    headerByteOffset = entry.headerByteOffset.hex
    kind = "\(entry.kind)"
    flags = "\(entry.flags)"
    deviceByteOffset = entry.deviceRange.byteOffset.hex
    deviceByteCount = entry.deviceRange.byteCount.hex
    text = Nullable(entry.kind == .mark ? log.text(of: entry) : nil)
    let found = entry.extension
    clientOperation = Nullable(found?.clientOperation?.hex)
    task = Nullable(found?.task)
    submissionIndex = Nullable(found?.submissionIndex.hex)
    completionIndex = Nullable(found?.completionIndex.hex)
  }

  func line() throws -> String { try JSONText.line(self) }
}
