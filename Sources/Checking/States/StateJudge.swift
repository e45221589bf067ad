import CrashStates

/// Judges one crash state after the other, in the order of a ``StateEnumerator``.
package protocol StateJudge: AnyObject {
  /// What is wrong with a state that no state before it was judged to be.
  func judge(_ state: CrashState) -> [Violation]
  /// What kept a state from being judged; `nil` where nothing did. No state after it needs to be looked at.
  var obstacle: String? { get }
  /// One disk gets the same verdict at two cuts, under the same promises, where this number is the same.
  func phase(atCut cut: Int) -> Int
  /// Whether the prefixes of all cuts are judged, also where no tier asks for them.
  var baseUse: BaseUse { get }
  /// What is wrong at a cut at which the client had closed everything.
  func judgeClosed(atCut cut: Int) -> [Violation]
  /// What the tier `recrash` came to; `nil` where it was not gone through.
  var recrashCount: RecrashCount? { get }
  /// Whether it can be told what the client would find in a state.
  func isReadable(_ state: CrashState) -> Bool
}

/// When the prefixes of all cuts are judged (``BaseWalk``).
package enum BaseUse: Sendable {
  case always
  /// A budget of states is kept to: here each state costs as much as any other.
  case unlessCounted
  case never
}

extension StateJudge {
  /// Most judges need nothing but the log.
  package var obstacle: String? { nil }
  package func phase(atCut cut: Int) -> Int { 0 }
  package var baseUse: BaseUse { .never }
  package func judgeClosed(atCut cut: Int) -> [Violation] { [] }
  package var recrashCount: RecrashCount? { nil }
  package func isReadable(_ state: CrashState) -> Bool { true }
}

extension PromiseJudge: StateJudge {
  var baseUse: BaseUse { .always }
}
