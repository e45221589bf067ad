import Rules

/// All judges of recordings.
enum JudgeRegistry {
  /// In the order in which they are asked: where two break one rule, the first says it.
  static func judges(of format: any ImageFormat) -> [RegisteredJudge] {
    // What a simulation saw comes first: where that breaks a rule, it names the operations.
    [.sharedPlaces, .superblocks, .sessionOpenings, .appends, .counts]
      + [.logShape, .payloads, .durability, .operationEntries]
      + [.states(of: format)] + format.judges
      + [.liveDevice, .reads, .possibleStates, .promises]
  }
}

/// What all judges say of a recording, but for what only its states show.
struct RegistryReport {
  private(set) var violations = ViolationList()
  private(set) var judgedRules: Set<Rule> = []
  private var missing: [Rule: String] = [:]
  private let format: any ImageFormat

  init(_ recording: JudgedRecording) {
    format = recording.evidence.format
    for judge in JudgeRegistry.judges(of: format) {
      let report = judge.report(recording)
      precondition(
        report.violations.allSatisfy { judge.rules.contains($0.rule) },
        "a judge breaks rules of its list only")
      violations.add(report.violations)
      judgedRules.formUnion(judge.rules.filter { report.missing[$0] == nil })
      missing.merge(report.missing) { first, _ in first }
    }
  }

  /// The rules of the format that no judge has judged, and what would be needed.
  var unjudgedRules: [(rule: Rule, reason: String)] {
    format.rules.filter { !judgedRules.contains($0) }.map {
      ($0, missing[$0] ?? format.whatIsMissing(for: $0) ?? "it has no judge yet")
    }
  }
}
