import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import TestSupport
import Testing

/// A token is one word that carries out a finding again; anything else is refused with a reason.
@Suite struct RunTokenTests {
  /// A finding of each generator: raw, VHDX, all states, made-up images.
  private static let findings = ScenarioTextTests.findings

  /// Written by hand but for the digests: `drawn` and `check` are those of `xxhsum -H3` over the text that
  /// stands there, `made` that of the choices with commas.
  private static let byHand =
    "pc2:tool=0.1.0,seed=3,stack=raw:exact,bugs=logger.count-early+logger.unit-512,workload=client,"
    + "states=prefix+drop:2,strategy=pct,ignore=L04+L05,rule=L03,drawn=0123456789abcdef,"
    + "made=MADE,choices=0/2+3x1/3"

  private static func closed(_ text: String) throws -> String {
    let made = try xxh3("0/2,3x1/3")
    let whole = text.replacing("MADE", with: made)
    return try "\(whole),check=\(xxh3(whole))"
  }

  private static func xxh3(_ text: String) throws -> String {
    try shell("printf %s '\(text)' | xxhsum -H3 | grep -o '[0-9a-f]\\{16\\}' | tr -d '\\n'")
  }

  @Test func aTokenThatIsWrittenByHandIsRead() throws {
    let text = try Self.closed(Self.byHand)
    let token = try RunToken(parsing: text)
    #expect(token.toolVersion == "0.1.0")
    guard case .seed(let run) = token.subject else {
      Issue.record("not of a seed")
      return
    }
    #expect(run.seed == Seed(3))
    #expect(run.bugs == [.stack(.countEarly), .stack(.unit512)])
    #expect(run.tiers == [.prefix, .drop(2)])
    #expect(run.strategy == "pct")
    #expect(run.ignoredRules == [.l04, .l05])
    #expect(run.rule == .l03)
    #expect(run.drawnDigest == 0x0123_4567_89ab_cdef)
    #expect(run.choices == Schedule("0/2,3x1/3"))
    #expect(token.description == text)
  }

  @Test func tokensOfFindingsReadBackAndAreOneWord() throws {
    #expect(Self.findings.count >= 6)
    for (_, finding) in Self.findings {
      let text = try #require(finding.token)
      let token = try RunToken(parsing: text)
      #expect(token.description == text)
      #expect(text.shellQuoted == text)
      #expect(text.allSatisfy { $0.isASCII && !$0.isWhitespace })
      guard case .seed(let run) = token.subject else {
        Issue.record("not of a seed")
        continue
      }
      #expect(run.rule == finding.rule)
      #expect((run.choices == nil) == (run.workload == .dirtyImages))
      #expect(try RunToken(parsing: token.withoutChoices.description) == token.withoutChoices)
    }
  }

  @Test func everyPartOfATokenIsRefused() throws {
    let text = try Self.closed(Self.byHand)
    for count in 0..<text.count {
      #expect(throws: RunTokenError.self) { try RunToken(parsing: text.prefix(count)) }
    }
    #expect(throws: RunTokenError.self) { try RunToken(parsing: text + " ") }
    #expect(throws: RunTokenError.self) { try RunToken(parsing: text + text) }
  }

  @Test func everyChangedCharacterIsRefused() throws {
    let text = Array(try Self.closed(Self.byHand))
    for place in text.indices {
      for other in "0,=:z+" as String where other != text[place] {
        var changed = text
        changed[place] = other
        let word = String(changed)
        #expect(throws: RunTokenError.self, "\(word)") { try RunToken(parsing: word) }
      }
    }
  }

  /// What is replaced in the good token, by what, and a word of the refusal.
  @Test(arguments: [
    ("tool=0.1.0", "tool=", "'tool'"), ("tool=0.1.0,", "", "'tool'"),
    ("tool=0.1.0", "tool=0;1", "'tool'"), ("seed=3", "seed=x", "'seed'"),
    ("seed=3", "seed=99999999999999999999", "'seed'"), ("raw:exact", "raw:exakt", "raw:exakt"),
    ("logger.unit-512", "logger.nonsense", "logger.nonsense"), ("=client", "=server", "'workload'"),
    ("=client", "=dirty-images", "made-up images"), ("drop:2", "drop:0", "drop:0"),
    ("ignore=L04", "ignore=L99", "L99"), ("rule=L03", "rule=L99", "L99"),
    ("rule=L03", "rule=L04", "ignores it"), ("drawn=0123456789abcdef", "drawn=12", "'drawn'"),
    ("made=MADE,", "", "'made'"), ("made=MADE", "made=0123456789abcdef", "'made'"),
    ("choices=0/2+3x1/3", "choices=0/2", "'made'"), ("0/2+3x1/3", "2/2", "'choices'"),
    ("0/2+3x1/3", "1000001x0/2", "1000000"), ("0/2+3x1/3", "999999x0/2+2x0/2", "1000000"),
    ("0/2+3x1/3", "9223372036854775807x0/2", "1000000"),
    ("choices=0/2+3x1/3", "choices=0/2+3x1/3,size=3", "'size'"),
    ("choices=0/2+3x1/3", "choices=0/2+3x1/3,seed=3", "twice"),
    ("choices=0/2+3x1/3", "choices=0/2+3x1/3,more", "key=value"), ("pc2:", "pc1:", "format 1"),
    ("pc2:", "pc3:", "format 3"), ("pc2:", "pc99999999999999999999:", "format 9999"),
    ("pc2:", "px2:", "starts with"), ("strategy=pct,", "", "'strategy'"),
  ])
  func aMistakeIsRefusedWithItsReason(part: String, replacement: String, word: String) throws {
    let text = try Self.closed(Self.byHand.replacing(part, with: replacement))
    let error = #expect(throws: RunTokenError.self) { try RunToken(parsing: text) }
    #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
  }

  @Test(arguments: [
    "", "p", "pc", "pc:", "pc2", "pc2:", "pc2:\u{301}", "pc2:a=b,check=é́é́é́é́é́é́é́é",
    "pc2:,check=0123456789abcdef",
    "pc2:=,check=0123456789abcdef", "pc２:x", "pc2:\u{0},check=",
    String(repeating: "é", count: 1000),
    "pc2:" + String(repeating: ",", count: 100_000),
    "pc2:" + String(repeating: "=é", count: 50_000),
  ])
  func textThatIsNoTokenIsRefused(text: String) throws {
    #expect(throws: RunTokenError.self) { try RunToken(parsing: text) }
    #expect(throws: RunTokenError.self) {
      try RunToken(parsing: text + RunTokenTests.closing(text))
    }
  }

  /// With the right checksum, so that what stands in front is looked at.
  private static func closing(_ text: String) -> String {
    ",check=\(Checksum.xxh3(Array(text.utf8)).hexDigits)"
  }

  @Test func tokensOfTheFirstFormatAreToldApart() {
    let error = #expect(throws: RunTokenError.self) { try RunToken(parsing: "pc1:17:0/3,1x2/3") }
    #expect(error?.description.contains("reads format 2") == true)
  }

  @Test func aStrategyThatIsGoneIsNoMatterWhereThereAreChoices() throws {
    let with = try Self.closed(Self.byHand.replacing("=pct", with: "=luck"))
    #expect(try RunToken(parsing: with).description == with)
    let without = try Self.closed(
      Self.byHand.replacing("=pct", with: "=luck").replacing(",choices=0/2+3x1/3", with: ""))
    #expect(throws: RunTokenError.self) { try RunToken(parsing: without) }
  }

  @Test func aScenarioIsATokenToo() throws {
    let plan = Self.findings[0].plan
    let seed = try #require(Self.findings[0].finding.seed)
    let judged = JudgedSeed(
      plan.configuration(for: seed), seed: seed, tiers: plan.tiers, reproduce: "")
    let text = try #require(judged.findings.first?.token)
    let token = try RunToken(parsing: text)
    #expect(token.description == text)
    #expect(text.shellQuoted == text)
    guard case .scenario(let scenario) = token.subject else {
      Issue.record("no scenario")
      return
    }
    #expect(scenario.seeds == SeedRange(first: seed, last: seed))
    #expect(scenario.configuration.schedule.choices != nil)
  }

  /// base64 of other programs: `printf %s "$text" | base64 -w0 | tr +/ -_ | tr -d =`.
  @Test(arguments: [
    "c3VtbWFyeTogeA",  // summary: x
    "_w", "____", "QR", "A", "AAAAA", "QQ==", "Q Q=", "Qé", "",
  ])
  func aTextThatIsNoScenarioIsRefused(encoded: String) throws {
    let text = try Self.closed("pc2:tool=0.1.0,text=\(encoded)")
    #expect(throws: RunTokenError.self) { try RunToken(parsing: text) }
  }

  @Test func base64IsThatOfAnotherProgram() throws {
    for summary in ["a", "ab", "abc", "é~?>ÿ", "x: \"y\""] {
      let text = """
        summary: '\(summary)'
        stack: raw:exact
        workload: [close]
        expect: { breaks: L03 }
        """
      let encoded = try shell(
        "base64 -w0 <<'END' | tr +/ -_ | tr -d =\n\(text)\nEND")
      let word = try Self.closed("pc2:tool=0.1.0,text=\(encoded)")
      guard case .scenario(let scenario) = try RunToken(parsing: word).subject else {
        Issue.record("no scenario")
        return
      }
      #expect(scenario.summary == summary)
      let again = try RunToken(parsing: RunToken(.scenario(scenario)).description)
      #expect(again.subject == .scenario(scenario))
    }
  }

  @Test func aScenarioThatExpectsNothingIsNoToken() throws {
    let encoded = try shell(
      """
      printf 'summary: x\\nstack: raw:exact\\nworkload: [close]\\nexpect: pass\\n' \
      | base64 -w0 | tr -d =
      """)
    let text = try Self.closed("pc2:tool=0.1.0,text=\(encoded)")
    #expect(throws: RunTokenError.self) { try RunToken(parsing: text) }
  }
}
