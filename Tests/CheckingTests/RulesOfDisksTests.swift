import Checking
import Rules
import Testing

@Suite struct RulesOfDisksTests {
  @Test func aRawDiskHasNoRulesOfImages() {
    #expect(Rule.ofRawDisks.count == 21)
    #expect(Rule.ofRawDisks.contains(.l03) && Rule.ofRawDisks.contains(.d07))
    #expect(!Rule.ofRawDisks.contains(.d08) && !Rule.ofRawDisks.contains(.h01))
  }
}
