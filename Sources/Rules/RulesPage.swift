/// docs/rules.md, made from the rows of the catalogue.
package enum RulesPage {
  package static var text: String {
    ([introduction] + RuleFamily.allCases.map(section)).joined(separator: "\n")
  }

  private static let introduction = """
    # The rules

    A verdict names one of these and nothing else; `powercut explain D05` prints one. This page is made from
    `Sources/Rules`, where each rule is one row; a test holds the two together, and writes this page with
    `POWERCUT_RULES_PAGE=write swift test --filter thePageIsMadeFromTheRows`.

    | how bad | |
    |---|---|
    \(Severity.allCases.map { "| \($0.rawValue) | \($0.meaning) |" }.joined(separator: "\n"))

    """

  private static func section(_ family: RuleFamily) -> String {
    let rows = family.rules.map { rule in
      "| [\(rule)](#\(rule.rawValue.lowercased())) | \(rule.promise) | \(rule.severity.rawValue) |"
    }
    return """
      ## \(family.rawValue): \(family.title)

      | | holds where | broken |
      |---|---|---|
      \(rows.joined(separator: "\n"))

      \(family.rules.map(paragraphs(of:)).joined(separator: "\n"))
      """
  }

  private static func paragraphs(of rule: Rule) -> String {
    """
    ### \(rule)

    *\(rule.promise)* (\(rule.severity.rawValue); \(rule.source))

    \(rule.explanation)

    For example: \(rule.example)

    What to do: \(rule.advice)

    """
  }
}
