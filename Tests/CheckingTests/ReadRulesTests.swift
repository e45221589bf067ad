import Bytes
import Checking
import CrashStates
import Testing
import Workload
import WriteLog

/// D11 over histories that were put together by hand.
@Suite struct ReadRulesTests {
  /// What a register of one unit may return.
  static let right: [ReadCase] = [
    // Nothing was written, or it is written.
    ReadCase("r1 )1=0"),
    ReadCase("w1 )1 r2 )2=1"),
    ReadCase("w1 )1 w2 )2 r3 )3=2"),
    // In flight together with the read: before or after.
    ReadCase("w1 r2 )2=1 )1"),
    ReadCase("w1 r2 )2=0 )1"),
    ReadCase("r2 w1 )1 )2=1"),
    ReadCase("r2 w1 )1 )2=0"),
    ReadCase("w1 )1 r3 w2 )2 )3=1"),
    ReadCase("w1 )1 r3 w2 )2 )3=2"),
    ReadCase("r3 w1 )1 w2 )2 )3=0"),
    ReadCase("r3 w1 )1 w2 )2 )3=1"),
    // Never answered.
    ReadCase("w1 r2 )2=1"),
    ReadCase("w1 r2 )2=0 r3 )3=1"),
    // Two writes in flight together: either stays.
    ReadCase("w1 w2 )1 )2 r3 )3=1"),
    ReadCase("w1 w2 )1 )2 r3 )3=2"),
    ReadCase("w1 w2 )2 )1 r3 )3=1 r4 )4=1"),
    ReadCase("w1 w2 r3 )3=1 r4 )4=2 )1 )2 r5 )5=2"),
    // Two reads in flight together may disagree on which came first.
    ReadCase("w1 r2 r3 )2=1 )3=0 )1"),
    ReadCase("w1 w2 r3 r4 )3=1 )4=2 )1 )2"),
    // A write that was refused may show, or not, and the other way round later.
    ReadCase("w1 )1 w2 !2 r3 )3=1"),
    ReadCase("w1 )1 w2 !2 r3 )3=2"),
    ReadCase("w1 )1 w2 !2 r3 )3=1 r4 )4=2"),
    ReadCase("w1 )1 w2 !2 r3 )3=2 r4 )4=1"),
    ReadCase("w1 !1 r2 )2=1 r3 )3=0"),
    ReadCase("w1 w2 )2 !1 r3 )3=1"),
    // Zeroes, whoever wrote them.
    ReadCase("w1 )1 z2 )2 r3 )3=0"),
    ReadCase("w1 )1 z2 r3 )3=1 )2"),
    ReadCase("w1 )1 z2 r3 )3=0 )2"),
    ReadCase("w1 )1 d2 )2 r3 )3=0"),
    ReadCase("w1 )1 z2 !2 r3 )3=1"),
    ReadCase("w1 )1 z2 !2 r3 )3=0"),
    ReadCase("z1 )1 z2 )2 r3 )3=0"),
    // A read of zeroes does not tell which zeroes they were.
    ReadCase("w1 z2 r3 )3=0 r4 )4=1 )1 )2"),
    // A discard that promises nothing.
    ReadCase("w1 )1 d2 )2 r3 )3=1", discardPromisesZeroes: false),
    ReadCase("w1 )1 d2 )2 r3 )3=0", discardPromisesZeroes: false),
    ReadCase("w1 )1 w2 )2 d3 )3 r4 )4=1 r5 )5=2", discardPromisesZeroes: false),
    ReadCase("w1 )1 d2 )2 w3 )3 r4 )4=3", discardPromisesZeroes: false),
    ReadCase("w1 )1 d2 r3 )3=1 )2 r4 )4=0 r5 )5=1", discardPromisesZeroes: false),
    // A read that was refused returned nothing.
    ReadCase("w1 )1 r2 !2 r3 )3=1"),
    // Flushes and closes change nothing for reads.
    ReadCase("w1 )1 f2 )2 r3 )3=1"),
    ReadCase("w1 )1 c2 )2 r3 )3=1"),
    ReadCase("w1 )1 w2 )2 c3 )3 r4 )4=2 w5 )5 c6 )6 r7 )7=5"),
    // A session that could not be closed may take with it what was not durable.
    ReadCase("w1 )1 c2 !2 r3 )3=0"),
    ReadCase("w1 )1 c2 !2 r3 )3=1"),
    ReadCase("w1 )1 f2 )2 w3 )3 c4 !4 r5 )5=1"),
    ReadCase("w1 )1 f2 )2 w3 )3 r4 )4=3 c5 !5 r6 )6=1"),
    ReadCase("w1 )1 f2 !2 c3 !3 r4 )4=0"),
    ReadCase("w1 c2 !2 r3 )3=0 r4 )4=1"),
    // What a resize cuts off is zero when it comes back.
    ReadCase("w1 )1 t2@0 )2 t3@4 )3 r4 )4=0"),
    ReadCase("w1:1+1 )1 t2@1 )2 t3@4 )3 r4:0+2 )4=0,0"),
    ReadCase("w1:0+2 )1 t2@1 )2 t3@4 )3 r4:0+2 )4=1,0"),
    ReadCase("t1@0 )1 t2@4 )2 w3 )3 r4 )4=3"),
    ReadCase("w1 )1 t2@0 !2 r3 )3=1 r4 )4=0"),
    ReadCase("w1 )1 t2@0 r3 )3=0 r4 )4=1"),
    ReadCase("w1 )1 t2@0.5 )2 t3@4 )3 r4 )4=x"),
    // Each unit by itself.
    ReadCase("w1:0+2 )1 w2:1+2 )2 r3:0+4 )3=1,2,2,0"),
    ReadCase("w1:0+4 r2:0+4 )2=1,0,1,0 )1"),
  ]

  /// What it must not return.
  static let wrong: [ReadCase] = [
    // Foreign.
    ReadCase("r1 )1=x"),
    ReadCase("w1 )1 r2 )2=x"),
    ReadCase("w1 r2 )2=x )1"),
    ReadCase("w1 )1 r2 )2=7"),
    ReadCase("w1:1+1 )1 r2 )2=1"),
    ReadCase("r1 )1=2 w2 )2"),
    ReadCase("z1 )1 r2 )2=1"),
    ReadCase("w1 !1 r2 )2=x"),
    // Stale.
    ReadCase("w1 )1 r2 )2=0"),
    ReadCase("w1 )1 w2 )2 r3 )3=1"),
    ReadCase("w1 )1 w2 )2 r3 )3=0"),
    ReadCase("w1 )1 w2 )2 r4 w3 )4=1 )3"),
    ReadCase("w1 )1 z2 )2 r3 )3=1"),
    ReadCase("w1 )1 d2 )2 r3 )3=1"),
    ReadCase("z1 )1 w2 )2 r3 )3=0"),
    ReadCase("w1 )1 w2 )2 w3 !3 r4 )4=1"),
    ReadCase("w1 !1 w2 )2 r3 )3=1"),
    ReadCase("w1 w2 )1 )2 r3 )3=0"),
    // A read has returned the newer version.
    ReadCase("w1 )1 w2 r3 )3=2 r4 )4=1 )2"),
    ReadCase("w1 r2 )2=1 r3 )3=0 )1"),
    ReadCase("w1 r2 )2=1 r3 )3=0"),
    ReadCase("w1 r2 r3 )3=1 r4 )4=0 )2=0 )1"),
    // Two writes in flight together took effect in one order.
    ReadCase("w1 w2 r3 )3=1 r4 )4=2 r5 )5=1 )1 )2"),
    ReadCase("w1 w2 )1 )2 r3 )3=1 r4 )4=2"),
    ReadCase("w1 w2 )1 r3 )3=2 )2 r4 )4=1"),
    // A discard that promises nothing allows what was there, and nothing else.
    ReadCase("w1 )1 d2 )2 r3 )3=x", discardPromisesZeroes: false),
    ReadCase("w1 )1 d2 )2 w3 )3 r4 )4=1", discardPromisesZeroes: false),
    ReadCase("w1 )1 d2 )2 w3 )3 r4 )4=0", discardPromisesZeroes: false),
    ReadCase("w1 )1 w2 )2 r3 )3=1 d4 )4", discardPromisesZeroes: false),
    // After reopening.
    ReadCase("w1 )1 c2 )2 r3 )3=0"),
    ReadCase("w1 )1 w2 )2 c3 )3 r4 )4=1"),
    ReadCase("w1 r2 )2=1 )1 c3 )3 r4 )4=0"),
    // What was durable survives a session that could not be closed, and what was seen since then stays.
    ReadCase("w1 )1 f2 )2 c3 !3 r4 )4=0"),
    ReadCase("w1F )1 c3 !3 r4 )4=0"),
    ReadCase("w1 )1 w2 )2 c3 !3 r4 )4=2 r5 )5=1"),
    ReadCase("w1 )1 c2 !2 r3 )3=1 c4 )4 r5 )5=0"),
    ReadCase("w1 )1 c2 !2 w3 )3 r4 )4=1"),
    // What a resize cuts off does not come back.
    ReadCase("w1 )1 t2@0 )2 t3@4 )3 r4 )4=1"),
    ReadCase("w1:0+2 )1 t2@1 )2 t3@4 )3 r4:0+2 )4=0,0"),
    ReadCase("w1:0+2 )1 t2@1 )2 t3@4 )3 r4:0+2 )4=1,1"),
    ReadCase("w1 )1 t2@0 !2 r3 )3=x"),
    ReadCase("w1 )1 t2@1 !2 r3 )3=0"),
    ReadCase("w1:0+2 )1 t2@0.5 )2 t3@4 )3 r4:0+2 )4=x,1"),
    // Each unit by itself.
    ReadCase("w1:0+4 )1 r2:0+4 )2=1,1,0,1"),
    ReadCase("w1:0+2 )1 w2:1+2 )2 r3:0+4 )3=1,1,2,0"),
    ReadCase("w1:0+2 r2:0+1 )2=1 r3:0+1 )3=0 )1"),
  ]

  @Test(arguments: right)
  func whatAUnitMayHaveHeldIsRight(history: ReadCase) throws {
    let judgement = try history.judgement()
    #expect(judgement.judgedRules.contains(.d11))
    #expect(judgement.violations.filter { $0.rule == .d11 } == [])
  }

  @Test(arguments: wrong)
  func anythingElseBreaksD11(history: ReadCase) throws {
    let judgement = try history.judgement()
    #expect(judgement.judgedRules.contains(.d11))
    #expect(judgement.violations.contains { $0.rule == .d11 })
  }

  /// What nobody knows is not judged, and not called so.
  @Test(arguments: [
    ("w1 )1", "no read of the client was answered"),
    ("w1 )1 r2 !2", "no read of the client was answered"),
    ("w1 )1 r2", "no read of the client was answered"),
    ("w1 )1 r2 )2=?", "the log does not say what the client's reads returned"),
    ("w1 )1 r2 )2=1 r3 )3=?", "the log does not say what the client's reads returned"),
  ])
  func withoutWhatTheyReturnedReadsAreNotJudged(events: String, reason: String) throws {
    let judgement = try ReadCase(events).judgement()
    #expect(!judgement.judgedRules.contains(.d11))
    #expect(judgement.unjudgedRules.first { $0.rule == .d11 }?.reason == reason)
    #expect(judgement.violations == [])
  }

  @Test func whatIsKnownOfSomeReadsIsJudgedAllTheSame() throws {
    let judgement = try ReadCase("w1 )1 r2 )2=? r3 )3=0").judgement()
    #expect(!judgement.judgedRules.contains(.d11))
    #expect(judgement.violations.map(\.rule) == [.d11])
  }

  @Test func aFindingSaysWhatWasReturnedAndWhatShouldHaveBeen() throws {
    let found = try #require(try ReadCase("w1:0+3 )1 w2:1+1 )2 r3:0+3 )3=1,1,0").violations().first)
    #expect(
      found.title
        == "read #3 [0, 1536) returned write #1 [0, 1536) for byte 512, and must return "
        + "write #2 [512, 1024) or a later version")
    #expect(found.operations == [3, 2, 1])
    #expect(
      found.evidence == [
        "complete before it began: write #2 [512, 1024), task 2",
        "wrong are 2 of the 3 units that were read",
      ])
    let seen = try #require(try ReadCase("w1 r2 )2=1 r3 )3=0 )1").violations().first)
    #expect(
      seen.evidence.first
        == "returned before it began: write #1 [0, 512), by read #2 [0, 512), task 2")
    let foreign = try #require(try ReadCase("r1 )1=x").violations().first)
    #expect(
      foreign.title
        == "read #1 [0, 512) returned other bytes (XXH3-128 00000000000000020000000000000001) for "
        + "byte 0, which no operation wrote there")
  }

  /// A unit of another place is known by the operation that wrote it there.
  @Test func whatStandsElsewhereIsNamed() throws {
    var evidence = try RecordedCase().evidence()
    var client = ClientHistory()
    let write = RecordedCase.write(1, sector: 4, sectorCount: 2)
    client.begin(write, entryCount: 0)
    client.end(1, entryCount: 0)
    client.begin(RecordedCase.action(2, .read, sectorCount: 1), entryCount: 0)
    let hash = Checksum.xxh3Wide(Array(RecordedCase.data(write).suffix(512)))
    client.got(2, ReadContents([.other(hash)]))
    client.end(2, entryCount: 0)
    evidence.client = client
    let judgement = Judge(Judge.Options(tiers: [], seed: 1)).judge(evidence)
    let found = try #require(judgement.violations.first { $0.rule == .d11 })
    #expect(
      found.title.contains("returned what write #1 [2048, 3072) wrote to byte 2560 for byte 0"))
  }
}
