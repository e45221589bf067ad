import CrashStates
import Testing

@Suite struct TierTests {
  @Test(arguments: [
    ("prefix", Tier.prefix), ("flushed-only", .flushedOnly), ("drop:1", .drop(1)),
    ("drop:12", .drop(12)), ("keep:3", .keep(3)), ("random:50", .random(50)),
  ])
  func aTierIsReadAndPrinted(text: String, tier: Tier) throws {
    #expect(try Tier(parsing: text) == tier)
    #expect(tier.description == text)
  }

  @Test(arguments: [
    "", "Prefix", "prefix ", "prefix:1", "drop", "drop:", "drop:0", "drop:-1", "drop:+1", "drop:x",
    "drop:1:2", "keep:99999999999999999999", "random", "all", "flushed",
  ])
  func anythingElseIsRefusedWithWhatIsAllowed(text: String) {
    do {
      let tier = try Tier(parsing: text)
      Issue.record("\(text) was taken as \(tier)")
    } catch {
      #expect(error.field == "states")
      #expect(error.description.contains("prefix, flushed-only, drop:K, keep:K, random:N"))
      #expect(error.found == "'\(text)'")
    }
  }

  @Test func aListHasCommas() throws {
    #expect(try Tier.list(parsing: "prefix,drop:2") == [.prefix, .drop(2)])
    #expect(throws: CrashStateError.self) { try Tier.list(parsing: "prefix,,drop:2") }
    #expect(throws: CrashStateError.self) { try Tier.list(parsing: "") }
  }
}
