import WriteLog

/// L02, L03 and L04 from the log alone: what reading the chain met.
struct LogShapeJudge {
  let evidence: Evidence

  func judge() -> [Violation] {
    evidence.index.problems.map { problem in
      Violation(
        rule(of: problem.kind), "entry \(problem.entryIndex): \(problem.error.finding)",
        entries: [problem.entryIndex], evidence: [problem.error.hint])
    }
  }

  private func rule(of kind: LogProblem.Kind) -> Rule {
    switch kind {
    case .header: .l02
    case .chain: .l03
    case .count: .l04
    }
  }
}
