import CrashStates
import Testing

@Suite struct TierTests {
  @Test(arguments: [
    ("prefix", Tier.prefix), ("flushed-only", .flushedOnly), ("drop:1", .drop(1)),
    ("drop:12", .drop(12)), ("keep:3", .keep(3)), ("random:50", .random(50)),
    ("fua-only", .fuaOnly), ("torn", .torn(nil)), ("torn:4096", .torn(4096)),
    ("in-flight", .inFlight), ("all", .all), ("recrash", .recrash),
  ])
  func aTierIsReadAndPrinted(text: String, tier: Tier) throws {
    #expect(try Tier(parsing: text) == tier)
    #expect(tier.description == text)
  }

  @Test(arguments: [
    "", "Prefix", "prefix ", "prefix:1", "drop", "drop:", "drop:0", "drop:-1", "drop:+1", "drop:x",
    "drop:1:2", "keep:99999999999999999999", "random", "all:3", "flushed",
    "torn:", "torn:0", "torn:511", "torn:2097152", "torn:4096:1", "recrash:1",
  ])
  func anythingElseIsRefusedWithWhatIsAllowed(text: String) {
    do {
      let tier = try Tier(parsing: text)
      Issue.record("\(text) was taken as \(tier)")
    } catch {
      #expect(error.field == "states")
      #expect(error.description.contains(Tier.forms) || error.expected.contains("512"))
      #expect(error.found == "'\(text)'")
    }
  }

  @Test func aListHasCommas() throws {
    #expect(try Tier.list(parsing: "prefix,drop:2") == [.prefix, .drop(2)])
    #expect(throws: CrashStateError.self) { try Tier.list(parsing: "prefix,,drop:2") }
    #expect(throws: CrashStateError.self) { try Tier.list(parsing: "") }
  }
}
