import Rules

/// Collects violations: the first of each rule is kept, the others are counted.
package struct ViolationList {
  package private(set) var violations: [Violation] = []

  package init() {}

  package mutating func add(_ violation: Violation) {
    if let place = violations.firstIndex(where: { $0.rule == violation.rule }) {
      violations[place].repeatCount += 1 + violation.repeatCount
    } else {
      violations.append(violation)
    }
  }

  package func contains(_ rule: Rule) -> Bool { violations.contains { $0.rule == rule } }

  package mutating func add(_ more: [Violation]) {
    for violation in more { add(violation) }
  }

  /// Causes first.
  package var sorted: [Violation] {
    violations.sorted { $0.rule.reportOrder < $1.rule.reportOrder }
  }
}
