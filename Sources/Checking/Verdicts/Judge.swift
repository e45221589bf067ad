import Bytes
import CrashStates
import Rules
import Workload
import WriteLog

/// Judges a recording by every rule that its evidence allows.
package struct Judge {
  /// Which crash states are judged.
  package struct Options: Sendable {
    package var tiers: [Tier]
    /// What `random:n`, mixtures and samples draw from.
    package var seed: UInt64
    /// Who wrote the log; `nil` where the log shows it.
    package var origin: LogOrigin?
    /// The cuts whose states are judged; `nil` for all.
    package var cuts: ClosedRange<Int>?
    /// About so many states are judged, of every tier its share; `nil` for all.
    package var maximumStateCount: UInt64?
    /// Where that is `nil` and there are more states than this, about so many are judged.
    package var usualStateCount: UInt64?
    /// Whether somebody will end it when a time is over: then the states are gone through in rounds,
    /// each an even part of every tier.
    package var isTimed = false
    /// What looks at states; `nil`: the thread that asks. What is found does not depend on it.
    package var threads: LentThreads?

    package init(tiers: [Tier], seed: UInt64) {
      self.tiers = tiers
      self.seed = seed
    }
  }

  package var options: Options
  /// Asked now and then with the count of states so far; `false` ends the enumeration there.
  private let isGoingOn: (_ stateCount: Int) -> Bool

  package init(
    _ options: Options, isGoingOn: @escaping (_ stateCount: Int) -> Bool = { _ in true }
  ) {
    self.options = options
    self.isGoingOn = isGoingOn
  }

  package func judge(_ given: Evidence) -> Judgement {
    let recording = JudgedRecording(given, options)
    let evidence = recording.evidence
    let report = RegistryReport(recording)
    var list = report.violations
    var judgement = StatesJudge(evidence, options, isGoingOn).judge(&list)
    judgement.violations = explained(list.sorted, evidence)
    judgement.judgedRules = report.judgedRules.union(evidence.stateRules).sorted()
    judgement.unjudgedRules = report.unjudgedRules
    judgement.entryCount = evidence.index.entryCount
    judgement.markCount = evidence.index.foreignMarkCount
    if report.judgedRules.contains(.l08), judgement.entryCount > 0 {
      judgement.comparedDiskCount = 1
    }
    return judgement
  }

  /// Only what a state lost needs to be explained.
  private func explained(_ violations: [Violation], _ evidence: Evidence) -> [Violation] {
    guard violations.contains(where: { $0.state?.isPrefix == false }) else { return violations }
    let losses = DecidingLoss(evidence)
    return violations.map { $0.state?.isPrefix == false ? losses.explained($0) : $0 }
  }
}
