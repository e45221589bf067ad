import Bytes
import Checking
import CrashStates
import Rules
import Testing
import VHDX

/// One state judged alone: what is wrong with it is said each time, whatever was judged before.
@Suite struct SingleStateJudgeTests {
  /// Two writes, and between them one whose data belongs elsewhere; each is flushed.
  private static func strayWrite() -> RecordedCase {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1))
    made.flush(2)
    made.operation(RecordedCase.write(3)) { made in
      let data = RecordedCase.data(RecordedCase.write(3), shiftedBy: 512)
      made.entry(sector: 0, sectorCount: 1, data: data)
    }
    made.flush(4)
    made.loggedWrite(RecordedCase.write(5, sector: 7))
    return made
  }

  @Test func aUnitThatStaysWrongIsSaidAtEveryLaterCut() throws {
    let judge = SingleStateJudge(try Self.strayWrite().evidence())
    #expect(judge.judgedRules == [.d01, .d02, .d03, .d04, .d05, .d06, .d07])
    for cut in [5, 0, 3, 2, 4, 1, 3, 5, 0] {
      let violations = judge.violations(in: CrashState(cut: cut))
      #expect(violations.map(\.rule) == (cut >= 3 ? [.d03] : []), "cut \(cut)")
      #expect(violations.allSatisfy { $0.state == CrashState(cut: cut) })
    }
    #expect(judge.violations(in: CrashState(cut: 3, lost: [2])).isEmpty)
    #expect(judge.violations(in: CrashState(cut: 5, lost: [4])).map(\.rule) == [.d03])
  }

  @Test func aLossThatBreaksAPromiseIsSaidAtThatStateOnly() throws {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1))
    made.flush(2, isLogged: false)
    made.loggedWrite(RecordedCase.write(3, sector: 5))
    let judge = SingleStateJudge(try made.evidence())
    #expect(judge.violations(in: CrashState(cut: 2)).isEmpty)
    #expect(judge.violations(in: CrashState(cut: 2, lost: [0])).map(\.rule) == [.d01])
    #expect(judge.violations(in: CrashState(cut: 2, lost: [1])).isEmpty)
    #expect(judge.violations(in: CrashState(cut: 2, lost: [0, 1])).map(\.rule) == [.d01])
  }

  /// The first violation of a rule in the order of states is at a state that fails alone, and no
  /// state in front of it does.
  @Test func itAgreesWithTheJudgeThatGoesThroughTheStates() throws {
    let evidence = try Self.strayWrite().evidence()
    try Self.expectAgreement(evidence)
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0)
    try made.log.headers(HeaderChange(logGUID: .zero))
    made.flush()
    made.log.home(blockCount: 0)
    try Self.expectAgreement(try made.evidence())
  }

  static func expectAgreement(_ evidence: Evidence) throws {
    let tiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]
    let judge = SingleStateJudge(evidence)
    var first: [Rule: CrashState] = [:]
    for (_, state) in StateEnumerator(history: evidence.history, tiers: tiers, seed: 1) {
      for violation in judge.violations(in: state) where first[violation.rule] == nil {
        first[violation.rule] = state
      }
    }
    try #require(!first.isEmpty)
    let violations = Judge(Judge.Options(tiers: tiers, seed: 1)).judge(evidence).violations
    for violation in violations {
      guard let state = violation.state else { continue }
      #expect(first[violation.rule] == state, "\(violation.rule.rawValue)")
    }
    #expect(Set(first.keys).isSubset(of: violations.map(\.rule)))
  }

  // MARK: Images

  @Test func aCarefulWriterHasNoStateThatIsWrong() throws {
    var made = try ImageStateCase.careful()
    try made.close()
    let evidence = try made.evidence()
    let judge = SingleStateJudge(evidence)
    #expect(Set(judge.judgedRules).isSuperset(of: [.s05, .d01, .d06, .d08, .d09, .b06]))
    for (_, state) in StateEnumerator(
      history: evidence.history, tiers: [.prefix, .flushedOnly, .drop(1)], seed: 1)
    {
      #expect(judge.violations(in: state) == [], "\(state)")
    }
  }

  /// A block disappears from the table after a flush, in the last entry.
  @Test func aBlockThatDisappearsIsSaidWhereItIsGone() throws {
    var made = ImageStateCase()
    try made.log.open()
    made.write(block: 0)
    try made.log.headers(HeaderChange(logGUID: .zero))
    made.flush()
    made.log.home(blockCount: 0)
    let last = made.log.next
    let judge = SingleStateJudge(try made.evidence())
    for _ in 0..<2 {
      #expect(judge.violations(in: CrashState(cut: last)).map(\.rule) == [.d01])
      #expect(judge.violations(in: CrashState(cut: last, lost: [last - 1])).isEmpty)
      #expect(judge.violations(in: CrashState(cut: last - 1)).isEmpty)
    }
  }

  @Test func theWindowWithoutAnEntryIsSaidWhereItIsOpen() throws {
    var made = ImageStateCase()
    try made.log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let named = try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    made.log.entry(tail: 0)
    made.log.flush()
    let judge = SingleStateJudge(try made.evidence())
    for cut in [made.log.next, named + 1, named, named + 1, 0] {
      let rules = judge.violations(in: CrashState(cut: cut)).map(\.rule)
      #expect(rules == (cut == named + 1 ? [.s05, .d09] : []), "cut \(cut)")
    }
  }

  /// In the window nobody opens the image: what it maps is neither right nor wrong.
  @Test func whatAnImageThatDoesNotOpenMapsIsNotJudged() throws {
    var made = ImageStateCase()
    try made.log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let named = try made.log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    let judge = SingleStateJudge(try made.evidence())
    let open = judge.verdict(on: CrashState(cut: named))
    #expect(
      [Rule.s05, .d09, .m01, .b06, .h03].map(open.breaks) == [false, false, false, false, false])
    #expect(open.breaks(.l03) == nil)
    let shut = judge.verdict(on: CrashState(cut: named + 1))
    #expect([Rule.s05, .d09, .m01, .b06, .h03].map(shut.breaks) == [true, true, nil, nil, false])
    #expect(Set(shut.judgedRules).isSubset(of: open.judgedRules))
  }

  @Test func anImageThatIsNotMadeYetIsNotRefused() throws {
    var made = ImageStateCase()
    let complete = made.log.base
    made.log.base = MemoryImage(SparseBytes(byteCount: complete.byteCount))
    for byteOffset in stride(from: UInt64(0), to: complete.byteCount, by: 1 << 16) {
      made.log.write(
        complete.read(ByteRange(byteOffset: byteOffset, byteCount: 1 << 16)), at: byteOffset)
    }
    made.log.flush()
    let opened = made.log.next
    // Both headers, gone again.
    for slot in [HeaderSlot.first, .second] {
      made.log.write([UInt8](repeating: 0, count: 4096), at: slot.byteOffset)
    }
    let judge = SingleStateJudge(try made.evidence())
    let last = CrashState(cut: made.log.next)
    #expect(judge.violations(in: last).contains { $0.rule == .d09 })
    for cut in 0..<opened {
      #expect(!judge.violations(in: CrashState(cut: cut)).contains { $0.rule == .d09 })
    }
    #expect(judge.violations(in: last).contains { $0.rule == .d09 })
  }

  @Test func aCloseThatLeavesItsLogIsSaidAtItsCut() throws {
    var made = try ImageStateCase.careful()
    try made.close(isClean: false)
    let judge = SingleStateJudge(try made.evidence())
    #expect(judge.violations(in: CrashState(cut: made.log.next)).map(\.rule) == [.d06])
    #expect(judge.violations(in: CrashState(cut: made.log.next - 1)).isEmpty)
  }
}
