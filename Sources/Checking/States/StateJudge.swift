import CrashStates
import Rules

/// Judges one crash state after the other, in the order of a ``StateEnumerator``.
///
/// Looking at a state is apart from what its place in the order adds, so that several threads can look, each
/// with a judge of its own: one judge prepares and concludes all in their order.
package protocol StateJudge: AnyObject {
  /// What is wrong with a state that no state before it was judged to be.
  func judge(_ state: CrashState) -> [Violation]
  /// What is to be known of a state before it is looked at.
  func prepare(_ state: CrashState) -> StateTask
  /// Looks at a state: no other state has a part in what is found.
  func examine(_ task: StateTask) -> StateFindings
  /// What of it was not said before.
  func conclude(_ task: StateTask, _ findings: StateFindings) -> [Violation]
  /// Whether several of them can look at states at once.
  var canBeShared: Bool { get }
  /// What kept a state from being judged; `nil` where nothing did. No state after it needs to be looked at.
  var obstacle: String? { get }
  /// Why some of the states could not be judged, which says nothing of the others; `nil` where all could.
  var limit: String? { get }
  /// One disk gets the same verdict at two cuts, under the same promises, where this number is the same.
  func phase(atCut cut: Int) -> Int
  /// Whether the prefixes of all cuts are judged, also where no tier asks for them.
  var baseUse: BaseUse { get }
  /// What is wrong at a cut at which the client had closed everything.
  func judgeClosed(atCut cut: Int) -> [Violation]
  /// What the tier `recrash` came to; `nil` where it was not gone through.
  var recrashCount: RecrashCount? { get }
  /// Those of some rules that can be judged in a state: of an image that does not open nobody can say what
  /// its virtual disk holds.
  func judgeable(_ rules: [Rule], in state: CrashState) -> [Rule]
  /// The client's disk in a state, in any order; `nil` where it cannot be read.
  func disk(in state: CrashState) -> DiskOfState?
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
  package var limit: String? { nil }
  package func disk(in state: CrashState) -> DiskOfState? { nil }
  package func judgeable(_ rules: [Rule], in state: CrashState) -> [Rule] { rules }
  package var canBeShared: Bool { false }

  package func judge(_ state: CrashState) -> [Violation] {
    let task = prepare(state)
    return conclude(task, examine(task))
  }

  package func prepare(_ state: CrashState) -> StateTask { StateTask(state) }

  package func conclude(_ task: StateTask, _ findings: StateFindings) -> [Violation] {
    findings.violations
  }
}
