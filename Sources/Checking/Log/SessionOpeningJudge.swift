import CrashStates
import Rules

/// D09: a session opens the disk that the session before left, unless the device fails it. No power was cut in between,
/// so that nothing was lost.
struct SessionOpeningJudge {
  let sessions: [Traces.Session]

  func judge() -> [Violation] {
    sessions.enumerated().compactMap { number, session in
      session.diskOpeningError.map {
        Violation(
          by: .sessionOpeningJudge, .d09,
          "session \(number) could not open the disk, and no operation of the device failed",
          state: CrashState(cut: session.entryCount), evidence: [$0])
      }
    }
  }
}

extension RegisteredJudge {
  static let sessionOpenings = RegisteredJudge([.d09]) { recording in
    guard let traces = recording.evidence.traces else {
      return .lacking("only a simulated run has sessions that open a disk", for: [.d09])
    }
    return JudgeReport(SessionOpeningJudge(sessions: traces.sessions).judge())
  }
}
