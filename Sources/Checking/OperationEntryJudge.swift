import Bytes
import Workload
import WriteLog

/// L07: each acknowledged operation has exactly one entry, with its range and flags, and no entry is
/// without an operation.
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
            .l07, "entry \(place) belongs to no operation of the client", entries: [place],
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
    if let errorName = record.errorName {
      return entries.isEmpty
        ? nil
        : violation(record, entries, "\(operation) failed with \(errorName) and has an entry")
    }
    if entries.count > 1 {
      return violation(record, entries, "\(operation) has \(entries.count) entries")
    }
    guard let entry = entries.first else {
      if !record.isAcknowledged { return nil }
      return violation(record, [], "\(operation) was acknowledged and has no entry")
    }
    if let difference = difference(operation, evidence.index[entry]) {
      return violation(record, entries, "the entry of \(operation) \(difference)")
    }
    return nil
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
      .l07, title, entries: entries, operations: [record.operation.identifier],
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
