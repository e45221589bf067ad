import Bytes
import Checking
import Rules
import Testing
import VHDX
import VHDXJudges
import WriteLog

/// Logs that no writer makes: they cost bounded work and never trap.
struct ImageTraceHostileTests {
  @Test func discardOfEverythingIsJudged() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    log.discard(ByteRange(byteOffset: 0, byteCount: 1 << 62))
    log.discard(ByteRange(byteOffset: 1 << 20, byteCount: 1 << 62))
    log.flush()
    let rules = try log.violations().map(\.rule)
    #expect(rules.contains(.h02))
    #expect(rules.contains(.b09))
    #expect(rules.contains(.m13))
  }

  @Test func manyDiscardsOfEverythingCutTheJudgingShort() throws {
    var log = ImageTraceLog()
    try log.open()
    for _ in 0..<2_000 { log.discard(ByteRange(byteOffset: 0, byteCount: 1 << 62)) }
    let report = try ImageTraceJudge(index: log.index, base: log.base, client: nil).report()
    #expect(report.isCutShort)
  }

  /// What was not looked at to its end is not said to be judged.
  @Test(arguments: [1, 2_000])
  func rulesThatWereCutShortAreNotJudged(discardCount: Int) throws {
    var made = ImageStateCase()
    try made.log.open()
    for _ in 0..<discardCount { made.log.discard(ByteRange(byteOffset: 0, byteCount: 1 << 62)) }
    let judgement = try made.judgement([.fuaOnly])
    #expect(judgement.judgedRules.contains(.h02) == (discardCount == 1))
    #expect(judgement.unjudgedRules.contains { $0.rule == .h02 } == (discardCount > 1))
    // What was found until then counts.
    #expect(judgement.violations.contains { $0.rule == .h02 })
  }

  @Test func writeFarBehindTheEndIsJudged() throws {
    var log = ImageTraceLog()
    try log.open()
    log.write(ImageTraceLog.sector(1), at: 1 << 62)
    log.size(.max)
    log.size(4096)
    log.flush()
    log.size(0)
    log.flush()
    log.write(ImageTraceLog.sector(1), at: 128 << 10)
    log.flush()
    // The file ends below what the log promises, and the last write is where the current header was.
    #expect(try log.broken() == [.e12, .h10, .h11])
  }

  @Test func logThatClaimsTheEndOfTheFileIsJudged() throws {
    var log = ImageTraceLog()
    var header = log.current.header
    for place in [UInt64(1) << 63, .max << 20, .max, 0, 64 << 10] {
      header.sequenceNumber += 1
      header.logByteOffset = place
      header.logByteCount = 0xfff0_0000
      header.logGUID = ImageTraceLog.guid(place)
      log.write(header.encode(), at: 64 << 10)
      log.write(ImageTraceLog.sector(1), at: place / 4096 % (1 << 40) * 512)
      log.flush()
    }
    // The log at byte 0 is written over the file identifier.
    #expect(try log.broken() == [.h02, .h10, .h11, .h13, .s05])
  }

  @Test func entryThatClaimsEverythingIsJudged() throws {
    let table = ImageTraceLog.blockTable
    let cases: [(update: LogUpdate, broken: Set<Rule>)] = [
      (.zero(ByteRange(byteOffset: 0, byteCount: .max - 4095)), [.e11]),
      // Zero it is already.
      (.zero(ByteRange(byteOffset: 3 << 20, byteCount: 1 << 62)), []),
      (.data(ImageTraceLog.sector(6), fileByteOffset: .max - 8191), [.r10]),
      // A block table that maps everything to the last MiB there can be, or to none.
      (.data([UInt8](repeating: 0xff, count: 4096), fileByteOffset: table), [.r10]),
      (.data([UInt8](repeating: 0xfe, count: 4096), fileByteOffset: table), [.r10, .e12]),
    ]
    for (update, broken) in cases {
      var log = ImageTraceLog()
      try log.open()
      log.entry([update], last: .max << 20, flushed: .max << 20)
      log.flush()
      log.entry([update], tail: log.ringByteOffset)
      log.flush()
      try log.close()
      log.write(ImageTraceLog.sector(0), at: ImageTraceLog.blockTable)
      log.flush()
      #expect(try log.broken() == broken, "\(update)")
    }
  }

  /// Every sector of the ring starts an entry that claims all of it: that is more work than a judge does.
  @Test func ringFullOfClaimsIsJudged() throws {
    var log = ImageTraceLog()
    try log.open()
    let update = ImageTraceLog.update(blockCount: 1)
    for _ in 0..<8 {
      for sector in UInt64(0)..<256 {
        log.ringByteOffset = sector * 4096
        log.entry([update]) {
          $0 = [UInt8]($0.prefix(4096))
          $0[10] = 0x10
        }
      }
      log.flush()
      log.flush()
    }
    let report = try ImageTraceJudge(index: log.index, base: log.base, client: nil).report()
    #expect(report.isCutShort)
    // What was found until then: each entry lies over one that replay needs.
    #expect(Set(report.violations.map(\.rule)) == [.e03, .s06])
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func randomWritesAreJudged(seed: UInt64) throws {
    var state = (seed &+ 1) &* 0x9e37_79b9_7f4a_7c15
    func next(below bound: UInt64) -> UInt64 {
      state ^= state >> 12
      state ^= state << 25
      state ^= state >> 27
      return (state &* 0x2545_f491_4f6c_dd1d) >> 20 % bound
    }
    var log = ImageTraceLog()
    if seed % 2 == 0 { try log.open() }
    for _ in 0..<60 {
      switch next(below: 10) {
      case 0: log.flush()
      case 1: try log.header(HeaderChange(logGUID: ImageTraceLog.guid(next(below: 3))))
      case 2: log.entry([ImageTraceLog.update(blockCount: Int(next(below: 9)))])
      case 3: log.entry(guid: ImageTraceLog.guid(next(below: 3)), tail: next(below: 9) * 4096)
      case 4: log.size(next(below: 9) << 20)
      case 5:
        log.discard(
          ByteRange(byteOffset: next(below: 9000) * 512, byteCount: 512 << next(below: 20)))
      case 6: log.ringByteOffset = next(below: 9) * 4096
      case 7: log.home(blockCount: Int(next(below: 9)))
      default:
        log.write(
          [UInt8](repeating: UInt8(next(below: 3)), count: 512 << Int(next(below: 6))),
          at: next(below: 9000) * 512, isFUA: next(below: 4) == 0)
      }
    }
    let report = try ImageTraceJudge(index: log.index, base: log.base, client: nil).report()
    #expect(!report.isCutShort)
    #expect(report.refusal == nil)
  }

  @Test func baseThatIsNoImageIsRefused() throws {
    var log = ImageTraceLog()
    try log.open()
    log.base = MemoryImage(SparseBytes(byteCount: 8 << 20))
    let report = try ImageTraceJudge(index: log.index, base: log.base, client: nil).report()
    #expect(report.refusal != nil)
    #expect(report.violations == [])
  }
}

extension ImageTraceLog {
  /// The rules that it breaks.
  fileprivate func broken() throws -> Set<Rule> { Set(try violations().map(\.rule)) }
}
