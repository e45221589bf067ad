import Campaign
import CrashStates
import Rules
import Scheduling
import Testing

@Suite struct WordTests {
  /// What an option or a report can say must be explained.
  @Test func everyTierOutcomeStrategyAndSeverityIsAWord() throws {
    let tiers = try Tier.list(
      parsing: "prefix,flushed-only,fua-only,drop:1,keep:2,torn,torn:512,in-flight,random:3,all,"
        + "recrash,names")
    for tier in tiers { #expect(Word.meant(by: "\(tier)").map(\.kind) == [.tier], "\(tier)") }
    for outcome in Outcome.Kind.allCases {
      #expect(Word.meant(by: outcome.rawValue).map(\.kind) == [.outcome], "\(outcome)")
    }
    for strategy in StrategyName.allCases.map(\.rawValue) + ["dfs"] {
      #expect(Word.meant(by: strategy).contains { $0.kind == .strategy }, "\(strategy)")
    }
    for severity in Severity.allCases {
      #expect(Word.meant(by: severity.rawValue).map(\.meaning) == [severity.meaning])
    }
  }

  @Test func noWordIsThereTwice() {
    let names = Word.all.map { "\($0.kind) \($0.name.lowercased())" }
    #expect(Set(names).count == names.count)
  }

  @Test func aWordOfTwoMeaningsIsToldTwice() {
    #expect(Word.meant(by: "random").map(\.kind) == [.tier, .strategy])
    #expect(Word.meant(by: "random:5").map(\.kind) == [.tier])
  }

  @Test(
    arguments: [
      ("cut", "cut"), ("Cuts", "cut"), ("CUT", "cut"), ("drop:17", "drop:K"), ("drop", "drop:K"),
      ("torn:512", "torn"), ("fua", "FUA"), ("fua-only", "fua-only"), ("Epochs", "epoch"),
      ("nothing checked", "nothing checked"), ("data lost", "data lost"),
    ])
  func aWordIsFoundAsPeopleTypeIt(typed: String, name: String) {
    #expect(Word.meant(by: typed).map(\.name) == [name])
  }

  @Test(arguments: ["", ":", "banana", "D05", "cut 5", "s"])
  func whatIsNoWordIsNone(typed: String) {
    #expect(Word.meant(by: typed).isEmpty)
  }

  @Test func aPageHasNoLineOfMoreThan80Columns() {
    let pages = Rule.allCases.map(\.page) + Word.all.map(\.page)
    for line in pages.flatMap({ $0.split(separator: "\n").dropFirst(4) }) {
      #expect(line.count <= 80, "\(line)")
    }
  }

  @Test func aPageSaysItAll() {
    let page = Rule.d05.page
    #expect(page.hasPrefix("D05  data lost, of what the client was promised\n"))
    for part in ["holds:   ", "broken:  ", "For example: ", "What to do: ", "Source: docs/"] {
      #expect(page.contains("\n\(part)"), "\(part)")
    }
    #expect(
      Word.meant(by: "fua").first?.page == """
        FUA  a word of reports

        Force unit access: a write that is durable once it is acknowledged, without a
        flush.

        """)
  }
}
