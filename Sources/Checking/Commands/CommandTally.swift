import CrashStates

/// Counts the answers of one command, and keeps the first violation of each rule.
package struct CommandTally: Sendable {
  package private(set) var counts: CommandCounts
  private var list = ViolationList()
  /// The states that it refused, by what it said of them.
  package private(set) var failures = FailureGroups()

  package init(_ command: ImageCommand) {
    counts = CommandCounts(command)
  }

  /// Takes the answer to one more state in.
  package mutating func add(_ judged: JudgedAnswer, of state: CrashState) {
    counts.add(judged)
    list.add(judged.violations)
    for violation in judged.violations where violation.rule == .x03 {
      failures.add(violation, of: state)
    }
  }

  /// Takes in why the states of a group fail.
  package mutating func explain(group: Int, _ lines: FailureExplanation.Lines) {
    failures.explain(group, lines)
  }

  /// The first of each rule. That of what was refused says why, and in which other ways states were refused.
  package var violations: [Violation] {
    list.sorted.map { violation in
      guard violation.rule == .x03, let first = failures.groups.first else { return violation }
      var violation = violation
      violation.difference = first.explanation.conditions
      violation.evidence = first.explanation.remedies + violation.evidence + failures.notes
      return violation
    }
  }
}

extension Judgement {
  /// Takes in what commands say of the states that were judged: violations go to those of the same rule.
  package mutating func add(_ tallies: [CommandTally]) {
    commands += tallies.map(\.counts)
    var list = ViolationList()
    list.add(violations + tallies.flatMap(\.violations))
    violations = list.sorted
    judgedRules = Set(judgedRules).union(commands.judgedRules).sorted()
    unjudgedRules.removeAll { judgedRules.contains($0.rule) }
  }
}
