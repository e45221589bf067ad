import CrashStates
import Workload

/// Says all that is wrong with one crash state, whatever was judged before it and in any order.
///
/// ``Judge`` goes through states one after the other and leaves out what a state shares with the one
/// in front of it; a search that jumps from state to state needs this instead. It judges the rules
/// that are about a state; those about the log itself, and about the order in which it was written,
/// have none.
public final class SingleStateJudge {
  /// The rules that it judges, ascending.
  public let judgedRules: [Rule]
  private let judge: any StateJudge

  public init(_ evidence: Evidence) {
    let promises = Promises(of: evidence)
    var rules: Set<Rule> = []
    if evidence.client != nil { rules = [.d01, .d02, .d03, .d04, .d05, .d06, .d07] }
    if let image = evidence.image {
      rules.formUnion(image.judgedRules)
      judge = SingleImageStateJudge(evidence, image, promises)
    } else {
      judge = SingleDeviceStateJudge(history: evidence.history, promises: promises)
    }
    judgedRules = rules.sorted()
  }

  /// - Parameter state: one of the history's (``DiskHistory/check(_:)``).
  /// - Returns: causes before consequences, the first of each rule with how often it repeats; none of
  ///   the rules that are advice.
  public func violations(in state: CrashState) -> [Violation] {
    var list = ViolationList()
    list.add(judge.judge(state).filter { !$0.rule.isAdvice })
    return list.sorted
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
  }
}
