import Checking
import CrashStates
import Scheduling

/// That a run is carried out under every schedule instead of one that a strategy draws.
package struct ExhaustiveBound: Hashable, Sendable {
  /// What users call it, beside the names of strategies.
  package static let strategyName = "dfs"
  package static let allowedPreemptionLimits = 0...100

  /// `nil`: any number.
  package var preemptionLimit: Int?
  /// A search that is not complete by then ends; what it did not see is not judged.
  package var scheduleLimit: UInt64 = 50_000

  package init(preemptionLimit: Int?) {
    self.preemptionLimit = preemptionLimit
  }
}

extension ExhaustiveSearch {
  /// Carries out and judges all schedules.
  ///
  /// - Returns: the counts of all runs, and for each rule that is broken the first run that breaks it; a
  ///   run that hangs ends the search.
  mutating func judgeAll(
    upTo scheduleLimit: UInt64, reproduce: String
  ) -> (judgement: Judgement, findings: [Finding], stall: RunStall?) {
    var whole = Judgement()
    var findings: [Finding] = []
    var stall: RunStall?
    while stall == nil, scheduleCount < scheduleLimit, let judged = next() {
      stall = judged.stall
      let known = Set(whole.violations.map(\.rule))
      whole.add(judged.judgement)
      // What is known already would be told over and over.
      if judged.judgement.violations.allSatisfy({ known.contains($0.rule) }) { continue }
      findings += Finding.all(of: judged, reproduce: reproduce)
        .filter { !known.contains($0.rule) }
    }
    whole.violations.sort { $0.rule.reportOrder < $1.rule.reportOrder }
    findings.sort { $0.rule.reportOrder < $1.rule.reportOrder }
    return (whole, findings, stall)
  }
}

extension Judgement {
  /// Takes in what the rules say of another schedule: the first violation of each rule stays, and counts
  /// the others.
  fileprivate mutating func add(_ other: Judgement) {
    for violation in other.violations {
      if let place = violations.firstIndex(where: { $0.rule == violation.rule }) {
        violations[place].repeatCount += 1 + violation.repeatCount
      } else {
        violations.append(violation)
      }
    }
    judgedRules = Set(judgedRules).union(other.judgedRules).sorted()
    if unjudgedRules.isEmpty { unjudgedRules = other.unjudgedRules }
    entryCount += other.entryCount
    markCount += other.markCount
    promiseCount += other.promiseCount
    structureStateCount += other.structureStateCount
    comparedDiskCount += other.comparedDiskCount
    stateCount += other.stateCount
    distinctStateCount += other.distinctStateCount
    judgedStateCount += other.judgedStateCount
    isCutShort = isCutShort || other.isCutShort
    refusal = refusal ?? other.refusal
    obstacle = obstacle ?? other.obstacle
  }
}
