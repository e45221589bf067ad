import Bytes
import Rules
import WriteLog

/// L03 from the trace: no two entries claim the same bytes of the log.
struct ChainTraceJudge {
  let headers: [WrittenHeader]

  func judge() -> [Violation] {
    let sorted = headers.sorted {
      ($0.claimedRange.byteOffset, $0.entryIndex) < ($1.claimedRange.byteOffset, $1.entryIndex)
    }
    var violations: [Violation] = []
    var reach: WrittenHeader?
    for header in sorted {
      if let reach, reach.claimedRange.overlaps(header.claimedRange) {
        violations.append(violation(outer: reach, inner: header))
      }
      if header.claimedRange.endByteOffset > reach?.claimedRange.endByteOffset ?? 0 {
        reach = header
      }
    }
    return violations
  }

  private func violation(outer: WrittenHeader, inner: WrittenHeader) -> Violation {
    Violation(
      by: .chainTraceJudge, .l03,
      """
      entry \(inner.entryIndex) begins at byte \(inner.headerByteOffset) of the log, inside entry \
      \(outer.entryIndex), which claims \(outer.claimedRange)
      """,
      entries: [outer.entryIndex, inner.entryIndex].sorted(),
      operations: [outer.operation, inner.operation].compactMap { $0 },
      evidence: [outer.summary, inner.summary])
  }
}

extension WrittenHeader {
  /// Place, task, operation and fields in one line.
  var summary: String {
    var words = ["entry \(entryIndex): header at byte \(headerByteOffset), task \(task)"]
    if let operation { words.append("operation #\(operation)") }
    words.append("sector \(header.sector)")
    words.append("\(header.sectorCount) sectors")
    words.append("flags \(header.flags)")
    words.append("claims \(claimedRange) of the log")
    return words.joined(separator: ", ")
  }
}

extension RegisteredJudge {
  static let sharedPlaces = RegisteredJudge([.l03]) { recording in
    recording.headers == nil
      ? .lacking(recording.whatCountsLack, for: [.l03]) : JudgeReport(recording.overlaps)
  }
}
