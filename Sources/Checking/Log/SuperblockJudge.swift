import Rules
import Workload

/// L04 and L05 from the trace: each superblock counts only what is stable, and what was acknowledged
/// as flushed is counted.
struct SuperblockJudge {
  let headers: [WrittenHeader]
  let client: ClientHistory?
  let superblocks: [WrittenSuperblock]

  func judge() -> [Violation] { earlyCounts() + missingCounts() }

  private func earlyCounts() -> [Violation] {
    // When the first n entries were all stable; `nil` while one of them never was.
    var stableSince: [UInt64?] = [0]
    for header in headers {
      let before = stableSince[stableSince.count - 1]
      stableSince.append(before.flatMap { before in header.stableAt.map { max(before, $0) } })
    }
    return superblocks.compactMap { superblock in
      let counted = superblock.entryCount
      guard counted < stableSince.count else {
        return Violation(
          by: .superblockJudge, .l04,
          "a superblock counts \(counted) entries where \(headers.count) were begun")
      }
      if let since = stableSince[counted], since <= superblock.submittedAt { return nil }
      let early = headers.prefix(counted).first {
        $0.stableAt.map { $0 > superblock.submittedAt } ?? true
      }
      return Violation(
        by: .superblockJudge, .l04,
        """
        a superblock submitted at event \(superblock.submittedAt) counts \(counted) entries, and \
        entry \(early?.entryIndex ?? 0) was not stable then
        """,
        entries: early.map { [$0.entryIndex] } ?? [],
        operations: early?.operation.map { [$0] } ?? [],
        evidence: early.map {
          [$0.summary, "stable at event \($0.stableAt.map(String.init) ?? "never")"]
        } ?? [])
    }
  }

  private func missingCounts() -> [Violation] {
    guard let client else { return [] }
    let headerOfOperation = headers.byOperation
    return client.records.compactMap { record in
      let operation = record.operation
      guard record.isAcknowledged, let endedAt = record.endedAtEvent,
        operation.isFUA || operation.action == .flush || operation.action == .close,
        let header = headerOfOperation[operation.identifier]
      else { return nil }
      let words: String
      if superblocks.stableEntryCount(at: endedAt) <= header.entryIndex {
        words = "then"
      } else if let later = superblocks.firstStable(after: endedAt, counting: header.entryIndex) {
        words = "any more from event \(later) on"
      } else {
        return nil
      }
      return Violation(
        by: .superblockJudge, .l05,
        """
        \(operation) was acknowledged at event \(endedAt), and the superblock on stable media did not count \
        its entry \(header.entryIndex) \(words)
        """,
        entries: [header.entryIndex], operations: [operation.identifier],
        evidence: [header.summary])
    }
  }
}

extension RegisteredJudge {
  static let superblocks = RegisteredJudge([.l04, .l05]) { recording in
    guard let headers = recording.headers else {
      return .lacking(recording.whatCountsLack, for: [.l04, .l05])
    }
    let client = recording.loggedClient
    return JudgeReport(
      SuperblockJudge(headers: headers, client: client, superblocks: recording.superblocks).judge(),
      missing: client == nil ? [.l05: recording.whatCountsLack] : [:])
  }
}
