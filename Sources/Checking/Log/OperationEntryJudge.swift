import Bytes
import Rules
import Workload
import WriteLog

/// L07: each acknowledged operation has exactly one entry, with its range and flags, and no entry is
/// without an operation.
///
/// Where the device of the log failed, an operation that was under way is answered with that error, and its
/// entry may have been written all the same. One that was acknowledged before, and was never said to be
/// durable, may have its entry after the one that could not be written, where nobody finds it.
struct OperationEntryJudge {
  let evidence: Evidence
  let origins: EntryOrigins
  let client: ClientHistory

  func judge() -> [Violation] {
    var entriesOfOperation: [UInt64: [Int]] = [:]
    var violations: [Violation] = []
    for place in 0..<evidence.index.entryCount where isOperation(evidence.index[place]) {
      if let operation = origins[place], client.record(of: operation) != nil {
        entriesOfOperation[operation, default: []].append(place)
      } else {
        violations.append(
          Violation(
            by: .operationEntryJudge, .l07,
            "entry \(place) belongs to no operation of the client", entries: [place],
            evidence: [describe(place)]))
      }
    }
    for record in client.records {
      let entries = entriesOfOperation[record.operation.identifier] ?? []
      if let violation = judge(record, entries) { violations.append(violation) }
    }
    return violations
  }

  private func judge(_ record: ClientHistory.Record, _ entries: [Int]) -> Violation? {
    let operation = record.operation
    if operation.action == .read {
      return entries.isEmpty ? nil : violation(record, entries, "\(operation) has an entry")
    }
    if let errorName = record.errorName, !failedByLog(record) {
      return entries.isEmpty
        ? nil
        : violation(record, entries, "\(operation) failed with \(errorName) and has an entry")
    }
    if entries.count > 1 {
      return violation(record, entries, "\(operation) has \(entries.count) entries")
    }
    guard let entry = entries.first else {
      if !record.isAcknowledged { return nil }
      if standsBehindGap(record) { return nil }
      return violation(record, [], "\(operation) was acknowledged and has no entry")
    }
    if let difference = difference(operation, evidence.index[entry]) {
      return violation(record, entries, "the entry of \(operation) \(difference)")
    }
    return nil
  }

  /// Whether the operation was under way when the log's device failed, and nothing but that device can be
  /// what failed it.
  private func failedByLog(_ record: ClientHistory.Record) -> Bool {
    guard let traces = evidence.traces, let failedAt = traces.logFailedAt,
      let beganAt = record.beganAtEvent, let endedAt = record.endedAtEvent
    else { return false }
    return beganAt < failedAt && failedAt < endedAt
      && !traces.data.contains {
        $0.clientOperation == record.operation.identifier && $0.error != nil
      }
  }

  /// Whether all of the operation's entry was in the log, and it acknowledged, before the log's device failed
  /// and left a gap in front of it. What is said to be durable has no gap in front of it.
  private func standsBehindGap(_ record: ClientHistory.Record) -> Bool {
    let operation = record.operation
    let sector = evidence.index.sectorByteCount
    guard let traces = evidence.traces, let failedAt = traces.logFailedAt,
      let endedAt = record.endedAtEvent,
      let header = WrittenHeader.all(in: traces.log, sectorByteCount: sector)
        .last(where: { $0.operation == operation.identifier }),
      let completedAt = header.completedAt
    else { return false }
    return completedAt < endedAt && endedAt < failedAt
      && header.headerByteOffset >= evidence.index.endByteOffset
      && !operation.isFUA && operation.action != .flush && operation.action != .close
  }

  /// What is wrong with the entry of an operation; `nil` where it is as it should be.
  private func difference(_ operation: ClientOperation, _ entry: LogEntry) -> String? {
    if operation.action == .resize {
      let text = evidence.index.text(of: entry)
      let expected = ClientMark.size(byteCount: operation.range.byteCount).text
      return text == expected ? nil : "says '\(text)' instead of '\(expected)'"
    }
    let flags = expectedFlags(operation)
    if entry.flags != flags { return "has the flags \(entry.flags) instead of \(flags)" }
    guard operation.action.hasRange, entry.deviceRange != operation.range else { return nil }
    return "covers \(entry.deviceRange) instead of \(operation.range)"
  }

  private func expectedFlags(_ operation: ClientOperation) -> EntryFlags {
    switch operation.action {
    case .flush, .close: .flush
    case .discard: .discard
    case .read, .write, .writeZeroes, .resize: operation.isFUA ? .fua : []
    }
  }

  /// Marks are no operations, but for those that carry a resize.
  private func isOperation(_ entry: LogEntry) -> Bool {
    guard entry.kind == .mark else { return true }
    let mark = try? ClientMark(
      parsing: evidence.index.text(of: entry), at: UInt64(entry.headerByteOffset))
    if case .size = mark { return true }
    return false
  }

  private func violation(
    _ record: ClientHistory.Record, _ entries: [Int], _ title: String
  ) -> Violation {
    Violation(
      by: .operationEntryJudge, .l07,
      title, entries: entries, operations: [record.operation.identifier],
      evidence: entries.map(describe))
  }

  private func describe(_ place: Int) -> String {
    let entry = evidence.index[place]
    return """
      entry \(place): header at byte \(entry.headerByteOffset), device range \(entry.deviceRange), \
      flags \(entry.flags)
      """
  }
}

extension RegisteredJudge {
  static let operationEntries = RegisteredJudge([.l07]) { recording in
    let evidence = recording.evidence
    guard let client = evidence.client, !evidence.arePromisesImplied else {
      return .lacking("the log carries no marks of what the client was promised", for: [.l07])
    }
    let origins = recording.origins
    // In a simulated run that no entry names one says that there is none.
    guard recording.isRaw, origins.areKnown, recording.headers != nil || origins.nameOperations
    else {
      return .lacking(
        "the log does not tell which of the client's operations an entry is of", for: [.l07])
    }
    return JudgeReport(
      OperationEntryJudge(evidence: evidence, origins: origins, client: client).judge())
  }
}
