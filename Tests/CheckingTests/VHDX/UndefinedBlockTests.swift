import Bytes
import Checking
import CrashStates
import Rules
import Testing
import VHDX
import Workload

/// What a block holds whose entry says that it is undefined (1) or unmapped (3) nobody knows: only a discard
/// allows that ([MS-VHDX] 2.5.1.1).
@Suite struct UndefinedBlockTests {
  /// An entry of block 0 without a place, by hand: the state is in the lowest bits.
  private static func table(state: UInt8) -> [UInt8] {
    [state] + [UInt8](repeating: 0, count: 4095)
  }

  /// Block 0 is written and flushed; then one operation, its change of the table through the log, and a
  /// flush.
  private struct Case {
    var action: ClientOperation.Action?
    var range = ByteRange(byteOffset: 0, byteCount: 1 << 20)
    var state: UInt8
    var isWritten = true
    var isFlushed = true
    /// A write-zeroes that is flushed after the operation and changes nothing.
    var zeroesAfterwards = false

    func judgement(_ tiers: [Tier] = [.prefix, .drop(1)]) throws -> Judgement {
      try made().judgement(tiers)
    }

    func made() throws -> ImageStateCase {
      var made = ImageStateCase()
      try made.log.open()
      if isWritten {
        made.write(block: 0)
        made.flush()
      } else {
        made.log.allocate(block: 0)
      }
      var history = made.client ?? ClientHistory()
      if let action {
        history.begin(
          ClientOperation(identifier: 60, task: 0, action: action, range: range),
          entryCount: made.log.next)
      }
      made.log.entry([
        .data(UndefinedBlockTests.table(state: state), fileByteOffset: ImageTraceLog.blockTable)
      ])
      made.log.flush()
      made.log.write(UndefinedBlockTests.table(state: state), at: ImageTraceLog.blockTable)
      if action != nil { history.end(60, entryCount: made.log.next) }
      made.client = history
      if isFlushed { Self.flush(61, &made) }
      if zeroesAfterwards {
        history = made.client ?? ClientHistory()
        history.begin(
          ClientOperation(
            identifier: 62, task: 0, action: .writeZeroes,
            range: ByteRange(byteOffset: 512, byteCount: 512)), entryCount: made.log.next)
        history.end(62, entryCount: made.log.next)
        made.client = history
        Self.flush(63, &made)
      }
      return made
    }

    private static func flush(_ identifier: UInt64, _ made: inout ImageStateCase) {
      var history = made.client ?? ClientHistory()
      history.begin(
        ClientOperation(identifier: identifier, task: 0, action: .flush), entryCount: made.log.next)
      made.log.flush()
      history.end(identifier, entryCount: made.log.next)
      made.client = history
    }

    var brokenRules: Set<Rule> { get throws { Set(try judgement().violations.map(\.rule)) } }
  }

  @Test(arguments: [0, 2] as [UInt8])
  func aBlockThatReadsAsZeroesKeepsAWriteZeroes(state: UInt8) throws {
    #expect(try Case(action: .writeZeroes, state: state).brokenRules == [])
  }

  @Test(arguments: [1, 3] as [UInt8])
  func aFlushedWriteZeroesThatLeavesItsBlockUndefinedBreaksD04(state: UInt8) throws {
    let violations = try Case(action: .writeZeroes, state: state).judgement().violations
    // Until its flush the write before it is promised still, and not there.
    #expect(Set(violations.map(\.rule)) == [.d01, .d04])
    let missing = try #require(violations.first { $0.rule == .d04 })
    #expect(missing.title.contains("nothing that is defined"))
    #expect(missing.title.contains("write-zeroes #60"))
  }

  @Test(arguments: [1, 3] as [UInt8])
  func aDiscardMayLeaveItsBlockUndefined(state: UInt8) throws {
    for isFlushed in [false, true] {
      #expect(try Case(action: .discard, state: state, isFlushed: isFlushed).brokenRules == [])
    }
  }

  /// Units beside the discard are not part of what it allows.
  @Test func aDiscardOfAPartLeavesTheRestPromised() throws {
    let second = ByteRange(byteOffset: 4096, byteCount: 4096)
    #expect(try Case(action: .discard, range: second, state: 3).brokenRules == [.d01])
    let first = ByteRange(byteOffset: 0, byteCount: 4096)
    #expect(try Case(action: .discard, range: first, state: 3).brokenRules == [])
  }

  /// The zeroes that are promised later are not there, though most readers would show some.
  @Test func zeroesAfterADiscardAreNotLeftToTheReader() throws {
    let unmapped = Case(action: .discard, state: 3, zeroesAfterwards: true)
    #expect(try unmapped.brokenRules == [.d04])
    let zero = Case(action: .discard, state: 2, zeroesAfterwards: true)
    #expect(try zero.brokenRules == [])
  }

  @Test func aFlushedWriteThatIsLeftUndefinedBreaksD01() throws {
    #expect(try Case(state: 3).brokenRules.contains(.d01))
  }

  /// What is judged state by state says the same.
  @Test func aStateAloneIsJudgedTheSame() throws {
    for (action, rules) in [(.writeZeroes, [.d04]), (.discard, [])]
      as [(ClientOperation.Action, [Rule])]
    {
      let made = try Case(action: action, state: 3).made()
      let judge = SingleStateJudge(try made.evidence())
      #expect(
        judge.violations(in: CrashState(cut: made.log.next)).map(\.rule) == rules)
    }
  }

  // MARK: What was there before

  /// The disk holds something before the first entry, and nobody is asked to change it.
  @Test(arguments: [6, 0, 2, 3] as [UInt8])
  func whatTheDiskHeldBeforeIsKept(state: UInt8) throws {
    var made = ImageStateCase()
    var contents = SparseBytes(byteCount: ImageTraceLog.firstBlock + (1 << 20))
    contents.write(
      made.log.base.read(ByteRange(byteOffset: 0, byteCount: ImageTraceLog.firstBlock)), at: 0)
    contents.write(ImageTraceLog.table(blockCount: 1), at: ImageTraceLog.blockTable)
    contents.write(ImageTraceLog.sector(0x77), at: ImageTraceLog.firstBlock)
    made.log.base = MemoryImage(contents)
    made.baseByteCount = contents.byteCount
    made.client = ClientHistory()
    made.log.fileByteCount = contents.byteCount
    try made.log.open()
    let table = state == 6 ? ImageTraceLog.table(blockCount: 1) : Self.table(state: state)
    made.log.entry([.data(table, fileByteOffset: ImageTraceLog.blockTable)])
    made.log.flush()
    made.log.write(table, at: ImageTraceLog.blockTable)
    made.log.flush()
    let rules = Set(try made.judgement().violations.map(\.rule))
    #expect(rules == (state == 6 ? [] : state == 3 ? [.d01] : [.d03]))
  }
}
