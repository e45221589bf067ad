import CrashStates

/// Judges one crash state after the other, in the order of a ``StateEnumerator``.
protocol StateJudge: AnyObject {
  /// What is wrong with a state that no state before it was judged to be.
  func judge(_ state: CrashState) -> [Violation]
}

extension PromiseJudge: StateJudge {}
