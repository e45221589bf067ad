import Rules
import Workload

/// L12 and L13 from the trace: when the superblock is rewritten though no flush and no FUA asks for it. A
/// count that is stale is no error of the log, but what is not counted can be lost to whoever appends.
///
/// Only for entries that share no bytes of the log.
struct CountingJudge {
  let headers: [WrittenHeader]
  let superblocks: [WrittenSuperblock]
  let traces: Traces
  /// `nil` below an image, where the client waits for other operations than those of the log.
  let client: ClientHistory?

  func judge() -> [Violation] { uncountedAtClose() + overdueCounts() }

  private func uncountedAtClose() -> [Violation] {
    traces.sessions.enumerated().compactMap { number, session in
      guard let closedAt = session.closedAt else { return nil }
      let written = headers.count { $0.submittedAt <= closedAt }
      let counted = superblocks.stableEntryCount(at: closedAt)
      if counted >= written { return nil }
      return Violation(
        by: .countingJudge, .l12,
        """
        session \(number) closed its log of \(written) entries, and the superblock on stable media counts \
        \(counted)
        """,
        entries: [counted], evidence: ["the first that is not counted: \(headers[counted].summary)"]
      )
    }
  }

  private func overdueCounts() -> [Violation] {
    guard let client, let interval = traces.superblockInterval else { return [] }
    let completeSince = completeSince
    let headerOfOperation = headers.byOperation
    return client.records.compactMap { record in
      guard record.isAcknowledged, let endedAt = record.endedAtEvent,
        let writtenAt = headerOfOperation[record.operation.identifier]?.completedAt
      else { return nil }
      let complete = completeSince.prefix { $0 <= writtenAt }.count
      let due = complete / interval * interval
      let counted = superblocks.stableEntryCount(at: endedAt)
      if counted >= due { return nil }
      return Violation(
        by: .countingJudge, .l13,
        """
        \(record.operation) was acknowledged at event \(endedAt), when \(complete) entries were in the \
        log, of which every \(interval) are to be counted, and the superblock on stable media counted \
        \(counted) and not \(due)
        """,
        entries: [counted], operations: [record.operation.identifier],
        evidence: ["the first that is not counted: \(headers[counted].summary)"])
    }
  }

  /// When the first entry, the first two, and so on were written completely, as far as they ever were.
  private var completeSince: [UInt64] {
    var times: [UInt64] = []
    for header in headers {
      guard let completedAt = header.completedAt else { break }
      times.append(max(times.last ?? 0, completedAt))
    }
    return times
  }
}

extension RegisteredJudge {
  static let counts = RegisteredJudge([.l12, .l13]) { recording in
    let client = recording.loggedClient
    var missing: [Rule: String] = [:]
    if client == nil { missing[.l13] = recording.whatCountsLack }
    guard let headers = recording.headers, let traces = recording.evidence.traces else {
      missing[.l12] = "only a simulated run sees when the superblock was written"
      return JudgeReport(missing: missing.merging([.l13: recording.whatCountsLack]) { $1 })
    }
    guard recording.overlaps.isEmpty else {
      let reason = "entries that share bytes of the log cannot be counted"
      return JudgeReport(missing: missing.merging([.l12: reason, .l13: reason]) { old, _ in old })
    }
    return JudgeReport(
      CountingJudge(
        headers: headers, superblocks: recording.superblocks, traces: traces, client: client
      ).judge(), missing: missing)
  }
}
