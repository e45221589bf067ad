import CrashStates
import Rules
import Workload

/// Says all that is wrong with one crash state, whatever was judged before it and in any order.
///
/// ``Judge`` goes through states one after the other and leaves out what a state shares with the one
/// in front of it; a search that jumps from state to state needs this instead. It judges the rules
/// that are about a state; those about the log itself, and about the order in which it was written,
/// have none.
package final class SingleStateJudge {
  /// The rules that it judges, ascending.
  package let judgedRules: [Rule]
  let judge: any StateJudge
  let promises: Promises?

  package init(_ given: Evidence) {
    let evidence = given.withReadablePromises
    let promises = Promises(of: evidence)
    self.promises = promises
    if let read = evidence.opaqueReader {
      judge = OpaqueStateJudge(history: evidence.history, promises: promises, read: read)
    } else if evidence.format.isRaw {
      judge = SingleDeviceStateJudge(history: evidence.history, promises: promises)
    } else {
      judge = ImageStateJudge(evidence, promises, .any)
    }
    judgedRules = evidence.stateRules.sorted()
  }

  /// - Parameter state: one of the history's (``DiskHistory/check(_:)``).
  package func verdict(on state: CrashState) -> StateVerdict {
    var list = ViolationList()
    list.add(judge.judge(state).filter { !$0.rule.isAdvice })
    return StateVerdict(
      violations: list.sorted,
      judgedRules: judge.judgeable(judgedRules, in: state))
  }

  /// ``verdict(on:)`` without the question of what could be judged.
  package func violations(in state: CrashState) -> [Violation] { verdict(on: state).violations }
}

/// All that is wrong with one crash state.
package struct StateVerdict: Sendable {
  /// Causes before consequences, the first of each rule with how often it repeats; none of the rules
  /// that are advice.
  package var violations: [Violation]
  /// The rules that could be judged in this state, ascending. Of an image that does not open nobody can
  /// say what its virtual disk holds.
  package var judgedRules: [Rule]

  /// Whether the state breaks a rule; `nil` where that cannot be judged.
  package func breaks(_ rule: Rule) -> Bool? {
    if violations.contains(where: { $0.rule == rule }) { return true }
    return judgedRules.contains(rule) ? false : nil
  }
}

extension Promises {
  /// `nil` where nothing is known of a client.
  convenience init?(of evidence: Evidence) {
    guard let client = evidence.client else { return nil }
    self.init(
      client: client, initialByteCount: evidence.history.byteCount(atCut: 0),
      discardPromisesZeroes: evidence.discardPromisesZeroes,
      submittedUnits: evidence.submittedUnits ?? { _ in [] })
    hasUnreportedError = evidence.hasUnreportedError
    contents = evidence.contents
  }
}
