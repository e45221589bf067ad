import Checking
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
    #expect(Rule.ofRawDisks.count == 17)
    #expect(Rule.ofRawDisks.contains(.l03) && Rule.ofRawDisks.contains(.d07))
    #expect(!Rule.ofRawDisks.contains(.d08) && !Rule.ofRawDisks.contains(.h01))
  }
}
