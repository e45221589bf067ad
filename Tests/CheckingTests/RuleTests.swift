import Checking
import TestSupport
import Testing

@Suite struct RuleTests {
  @Test func everyRuleHasTwoTextsAndAPlaceOfItsOwn() {
    for rule in Rule.allCases {
      #expect(!rule.promise.isEmpty)
      #expect(!rule.failure.isEmpty)
    }
    #expect(Set(Rule.allCases.map(\.promise)).count == Rule.allCases.count)
    #expect(Set(Rule.allCases.map(\.explanationOrder)) == Set(Rule.allCases.indices))
  }

  @Test func aRawDiskHasNoRulesOfImages() {
    #expect(Rule.ofRawDisks.count == 21)
    #expect(Rule.ofRawDisks.contains(.l03) && Rule.ofRawDisks.contains(.d07))
    #expect(!Rule.ofRawDisks.contains(.d08) && !Rule.ofRawDisks.contains(.h01))
  }

  @Test func thePageListsEveryRuleAsTheReportsSayIt() throws {
    let page = try Repository.text("docs/rules.md").split(separator: "\n").map(String.init)
    let rows = page.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| |") }
    #expect(rows == Rule.allCases.map { "| \($0.rawValue) | \($0.promise) |" })
  }
}
