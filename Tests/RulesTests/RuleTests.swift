import Host
import Rules
import TestSupport
import Testing

@Suite struct RuleTests {
  @Test(arguments: Rule.allCases)
  func everyRuleSaysWhatAPersonNeeds(rule: Rule) {
    for half in [rule.promise, rule.failure] {
      #expect(!half.isEmpty, "\(rule)")
      #expect(!half.hasSuffix("."), "\(rule)")
      #expect(!half.contains("\n"), "\(rule)")
    }
    for paragraph in [rule.explanation, rule.example, rule.advice] {
      #expect((40..<900).contains(paragraph.count), "\(rule)")
      #expect(paragraph.hasSuffix("."), "\(rule)")
      #expect(!paragraph.contains("\n"), "one paragraph each: \(rule)")
    }
    let isSourced = rule.source.hasPrefix("[MS-VHDX] 2.") || rule.source.hasPrefix("docs/")
    #expect(isSourced, "\(rule)")
  }

  @Test func noTwoRulesSayTheSame() {
    #expect(Set(Rule.allCases.map(\.promise)).count == Rule.allCases.count)
    #expect(Set(Rule.allCases.map(\.explanation)).count == Rule.allCases.count)
    #expect(Set(Rule.allCases.map(\.example)).count == Rule.allCases.count)
  }

  @Test func aRuleIsFoundByItsIdentifierAndByNothingElse() {
    #expect(Rule.allCases.count > 100)
    for rule in Rule.allCases { #expect(Rule(rawValue: rule.rawValue) == rule) }
    for text in ["", "D", "D99", "d05", "D05 ", "X01"] { #expect(Rule(rawValue: text) == nil) }
  }

  @Test(arguments: RuleFamily.allCases)
  func aFamilyHasTheRulesOfItsLetterInTheirOrder(family: RuleFamily) {
    let names = family.rules.map(\.rawValue)
    #expect(names == names.sorted())
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.first == family.rawValue)
      #expect(name.count == 3)
    }
  }

  /// Swift lists no static properties, so each file of the catalogue has a list of its own.
  @Test func everyRowOfTheCatalogueIsInItsFamilysList() throws {
    let folder = Repository.path("Sources/Rules/Catalogue")
    let rows = try Folders.files(below: folder, suffix: ".swift").flatMap { path in
      Self.rows(in: try InputFile.text(path))
    }
    #expect(rows.sorted() == Rule.allCases.map(\.rawValue).sorted())
  }

  @Test func aRowThatNoListHasIsSeen() {
    let planted = """
        package static let z01 = Rule(
          "Z01", .format, source: "docs/z.md",
      """
    #expect(Self.rows(in: planted) == ["Z01"])
  }

  private static func rows(in text: String) -> [String] {
    let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
    return zip(lines, lines.dropFirst()).compactMap { declaration, next in
      guard declaration.hasPrefix("package static let "), declaration.hasSuffix(" = Rule(") else {
        return nil
      }
      return next.split(separator: "\"").first.map(String.init)
    }
  }

  @Test func theWorstIsToldFirstAndCausesBeforeConsequences() {
    let told = Rule.allCases.sorted { $0.reportOrder < $1.reportOrder }
    #expect(told.map(\.severity) == told.map(\.severity).sorted())
    #expect(Set(Rule.allCases.map(\.reportOrder)) == Set(Rule.allCases.indices))
    // A flushed version that is gone is worse than a header that was out of order.
    #expect(Rule.d01.reportOrder < Rule.h11.reportOrder)
    #expect(Rule.d01.reportOrder < Rule.r02.reportOrder)
    #expect(Rule.h11.causeOrder < Rule.d01.causeOrder)
    // Both are data lost: that home writes were not stable is why it is gone.
    #expect(Rule.s07.reportOrder < Rule.d01.reportOrder)
  }

  @Test func theMostSevereComesFirstAndEqualOnesStay() {
    let given: [(rule: Rule, place: Int)] = [
      (.h18, 0), (.e01, 1), (.d02, 2), (.d01, 3), (.d03, 4), (.s05, 5),
    ]
    #expect(given.mostSevereFirst(\.rule).map(\.place) == [3, 2, 4, 1, 5, 0])
  }

  @Test func thePageIsMadeFromTheRows() throws {
    if Environment.value("POWERCUT_RULES_PAGE") == "write" {
      try OutputFile.write(RulesPage.text, to: Repository.path("docs/rules.md"))
    } else {
      #expect(try Repository.text("docs/rules.md") == RulesPage.text)
    }
  }
}
