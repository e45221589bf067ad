import Campaign
import Checking
import Rules

/// What a minimized finding is, as far as two of one bug agree: which rule it breaks, who says so, what it takes,
/// and which operations.
///
/// A shape is too fine for that: one bug is minimized to several of them. Shrinking leaves out whatever it can; so
/// a finding that takes the same and more operations than another is most likely the same, of which one operation
/// could not be left out.
package struct FindingKind: Hashable, Codable, Sendable {
  package var rule: Rule
  package var judge: String
  /// Sorted: `errors`, `lost`, `tasks`.
  package var conditions: [String]
  /// Sorted: `flush`, `write fua`.
  package var operations: [String]

  package init(rule: Rule, judge: String, conditions: [String], operations: [String]) {
    self.rule = rule
    self.judge = judge
    self.conditions = conditions
    self.operations = operations
  }

  init(_ group: FindingGroup) {
    self.init(
      rule: group.finding.rule, judge: group.finding.violation.judge.rawValue,
      conditions: group.shape.conditions, operations: group.shape.operationKinds)
  }

  init(unshrunk finding: Finding) {
    self.init(
      rule: finding.rule, judge: finding.violation.judge.rawValue, conditions: ["unshrunk"],
      operations: [])
  }

  /// Whether `other` is most likely this finding once more.
  package func covers(_ other: FindingKind) -> Bool {
    rule == other.rule && judge == other.judge && conditions == other.conditions
      && Set(operations).isSubset(of: other.operations)
  }

  /// Whether the two are most likely one bug.
  package func isKin(of other: FindingKind) -> Bool { covers(other) || other.covers(self) }
}
