import Checking
import CrashStates
import Scheduling

/// The smallest run that was found to break a rule.
package struct ShrunkCase: Sendable {
  /// Ready for a file: breaks the rule, and says what else it breaks.
  package var scenario: Scenario
  /// Of the smallest run, with all that happened in it.
  package var finding: Finding
  /// What two cases of one bug have in common: see ``CaseShape``.
  package var shape: CaseShape
  package var operationCount: Int
  /// How often another task goes on than the one that went before.
  package var switchCount: Int
  /// What the crash state lost, tore or moved.
  package var lostWriteCount: Int
  /// How many runs it took.
  package var runCount: Int
  /// It may be smaller than this, but the time was over.
  package var wasEndedByClock: Bool

  init(_ trials: ShrinkTrials, wasEndedByClock: Bool) {
    guard let violation = trials.violation else {
      preconditionFailure("what was kept breaks the rule")
    }
    let best = trials.best
    let ignored = best.configuration.ignoredRules
    let rules = trials.judged.judgement.violations.map(\.rule).filter { !ignored.contains($0) }
    scenario = Scenario(
      summary: "Minimized from seed \(best.seed), where \(violation.rule.failure).",
      configuration: best.configuration,
      seeds: SeedRange(first: best.seed, last: best.seed), tiers: best.tiers,
      expectation: .breaks(violation.rule, also: Set(rules).subtracting([violation.rule])))
    guard
      var finding = Finding.all(of: trials.judged, reproduce: "")
        .first(where: { $0.rule == violation.rule })
    else { preconditionFailure("each violation is a finding") }
    finding.timeline = Timeline(ofAll: trials.judged.run, violation)
    self.finding = finding
    operationCount = best.operations.count
    switchCount = best.turns.switchCount
    let state = violation.state
    lostWriteCount =
      (state?.lost.count ?? 0) + (state?.torn == nil ? 0 : 1) + (state?.early.count ?? 0)
    shape = CaseShape(best, lostWriteCount: lostWriteCount)
    runCount = trials.runCount
    self.wasEndedByClock = wasEndedByClock
  }
}
