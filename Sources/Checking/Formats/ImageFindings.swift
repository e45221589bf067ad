import Rules

/// What is wrong with an image, and whether it opens: the one answer of everything that looks at an
/// image alone.
///
/// The judge looks at all structures; opening stops at the first thing that it cannot do without. What
/// opening refuses is always among the violations, and there are violations that stop no opening.
package struct ImageFindings: Sendable {
  /// Why an image does not open.
  package struct Refusal: Sendable, CustomStringConvertible {
    /// `nil` where a limit of this tool refuses.
    package var rule: Rule?
    package var description: String

    package init(rule: Rule?, description: String) {
      self.rule = rule
      self.description = description
    }
  }

  /// Up to 64 of one rule from each part, advice among them.
  package let violations: [Violation]
  /// `nil` where the image opens.
  package let refusal: Refusal?
  /// Why a part of the image was not looked at; `nil` where it was, or where the image is to blame.
  package let limit: String?

  package init(violations: [Violation], refusal: Refusal?, limit: String? = nil) {
    self.violations = violations
    self.refusal = refusal
    self.limit = limit
  }

  /// What is broken: the first violation of each rule with the count of the others, causes before
  /// consequences, and no advice.
  package var broken: [Violation] {
    Dictionary(grouping: violations.filter { !$0.rule.isAdvice }, by: \.rule).values
      .map { repeats in
        var violation = repeats[0]
        violation.repeatCount = repeats.count - 1
        return violation
      }
      .sorted { $0.rule.reportOrder < $1.rule.reportOrder }
  }
}
