import CrashStates

/// Asks for the outcome of each state once, and counts.
final class BisectJudge<Failure: Error> {
  private let judge: (CrashState) throws(Failure) -> BisectOutcome
  private var known: [CrashState: BisectOutcome] = [:]
  private(set) var skippedStateCount = 0
  private let isWithinCall: (_ cut: Int) -> Bool

  var judgedStateCount: Int { known.count }

  init(
    _ judge: @escaping (CrashState) throws(Failure) -> BisectOutcome,
    isWithinCall: @escaping (_ cut: Int) -> Bool
  ) {
    self.isWithinCall = isWithinCall
    self.judge = judge
  }

  func outcome(of state: CrashState) throws(Failure) -> BisectOutcome {
    if let outcome = known[state] { return outcome }
    let outcome = try judge(state)
    known[state] = outcome
    if outcome == .skipped { skippedStateCount += 1 }
    return outcome
  }

  /// The outcome of a cut that lost nothing. Of one within a call of a program nothing can be said: no
  /// tier has it.
  func outcome(ofCut cut: Int) throws(Failure) -> BisectOutcome {
    if isWithinCall(cut) { return .skipped }
    return try outcome(of: CrashState(cut: cut))
  }

  func isKnown(_ state: CrashState) -> Bool { known[state] != nil }
}
