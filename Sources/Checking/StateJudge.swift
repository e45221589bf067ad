import CrashStates

/// Judges one crash state after the other, in the order of a ``StateEnumerator``.
protocol StateJudge: AnyObject {
  /// What is wrong with a state that no state before it was judged to be.
  func judge(_ state: CrashState) -> [Violation]
  /// What kept a state from being judged; `nil` where nothing did. No state behind it needs to be looked at.
  var obstacle: String? { get }
  /// One disk gets the same verdict at two cuts, under the same promises, where this number is the same.
  func phase(atCut cut: Int) -> Int
}

extension StateJudge {
  /// Most judges need nothing but the log.
  var obstacle: String? { nil }
  func phase(atCut cut: Int) -> Int { 0 }
}

extension PromiseJudge: StateJudge {}
