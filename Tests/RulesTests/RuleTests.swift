import Rules
import TestSupport
import Testing

@Suite struct RuleTests {
  @Test func everyRuleHasTwoTextsAndAPlaceOfItsOwn() {
    for rule in Rule.allCases {
      #expect(!rule.promise.isEmpty)
      #expect(!rule.failure.isEmpty)
    }
    #expect(Set(Rule.allCases.map(\.promise)).count == Rule.allCases.count)
    #expect(Set(Rule.allCases.map(\.reportOrder)) == Set(Rule.allCases.indices))
  }

  @Test func thePageListsEveryRuleAsTheReportsSayIt() throws {
    let page = try Repository.text("docs/rules.md").split(separator: "\n").map(String.init)
    let rows = page.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| |") }
    #expect(rows == Rule.allCases.map { "| \($0.rawValue) | \($0.promise) |" })
  }
}
