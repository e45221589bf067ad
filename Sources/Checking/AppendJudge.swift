import WriteLog

/// L11: the first entry of a session that opened an existing log stands where the chain ended.
struct AppendJudge {
  let traces: Traces
  let sectorByteCount: UInt32

  func judge() -> [Violation] {
    traces.sessions.enumerated().compactMap { number, session in
      if let error = session.openingError {
        return Violation(
          .l11, "session \(number) could not append to the log of the session before",
          evidence: [error])
      }
      guard let expected = session.chainEndByteOffset,
        let first = traces.log[session.firstLogOperation...].first(where: {
          $0.action == .write && $0.range.byteOffset >= UInt64(sectorByteCount)
        }), first.range.byteOffset != UInt64(expected)
      else { return nil }
      return Violation(
        .l11,
        """
        session \(number) wrote its first entry at byte \(first.range.byteOffset) of the log, and \
        the chain ended at byte \(expected)
        """,
        operations: first.clientOperation.map { [$0] } ?? [])
    }
  }
}
