import BlockDevice
import Rules

/// L11: the first entry of a session that opened an existing log stands where the chain ended.
///
/// Where that is the device of the log says, by what was written to it before: who asked the log itself
/// would have it read by the same code as the logger that appends.
struct AppendJudge {
  let traces: Traces
  let sectorByteCount: UInt32

  func judge() -> [Violation] {
    traces.sessions.enumerated().compactMap { number, session in
      if let error = session.openingError {
        return Violation(
          by: .appendJudge, .l11,
          "session \(number) could not append to the log of the session before",
          evidence: [error])
      }
      let expected = endByteOffset(before: session)
      guard number > 0,
        let first = traces.log[session.firstLogOperation...].first(where: {
          $0.action == .write && isBehindSuperblock($0)
        }), first.range.byteOffset != expected
      else { return nil }
      return Violation(
        by: .appendJudge, .l11,
        """
        session \(number) wrote its first entry at byte \(first.range.byteOffset) of the log, and \
        the chain ended at byte \(expected)
        """,
        operations: first.clientOperation.map { [$0] } ?? [])
    }
  }

  private func endByteOffset(before session: Traces.Session) -> UInt64 {
    traces.log[..<session.firstLogOperation]
      .filter { $0.isApplied && isBehindSuperblock($0) }
      .map(\.range.endByteOffset).max() ?? UInt64(sectorByteCount)
  }

  private func isBehindSuperblock(_ operation: DeviceOperation) -> Bool {
    operation.range.byteOffset >= UInt64(sectorByteCount)
  }
}

extension RegisteredJudge {
  static let appends = RegisteredJudge([.l11]) { recording in
    guard let traces = recording.evidence.traces else {
      return .lacking("only a simulated run sees when the superblock was written", for: [.l11])
    }
    let unit = recording.evidence.index.sectorByteCount
    return JudgeReport(AppendJudge(traces: traces, sectorByteCount: unit).judge())
  }
}
