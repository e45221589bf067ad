import CrashStates

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
