import Rules
import WriteLog

/// L02, L03 and L04 from the log alone: what reading the chain met.
struct LogShapeJudge {
  let evidence: Evidence

  func judge() -> [Violation] {
    evidence.index.problems.map { problem in
      Violation(
        by: .logShapeJudge, problem.rule, "entry \(problem.entryIndex): \(problem.error.finding)",
        entries: [problem.entryIndex], evidence: [problem.error.hint])
    }
  }
}

extension RegisteredJudge {
  /// What reading the chain meets is always met.
  static let logShape = RegisteredJudge([.l01, .l02, .l03, .l04]) { recording in
    JudgeReport(LogShapeJudge(evidence: recording.evidence).judge())
  }
}
