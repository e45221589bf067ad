import Bytes
import Checking
import CrashStates
import Testing
import VHDX
import Workload

/// What is gone is found whichever states are asked for: a tier decides what is lost besides, not where is
/// looked.
@Suite struct TierCompletenessTests {
  private static let tiers: [[Tier]] = [
    [.prefix], [.flushedOnly], [.fuaOnly], [.drop(1)], [.drop(2)], [.keep(1)], [.torn(nil)],
    [.torn(512)],
    [.inFlight], [.random(3)], [.all], [.drop(1), .prefix], [.recrash],
  ]

  /// A flushed write, then zeroes that nobody asked for in its place, flushed too. What follows touches
  /// other sectors only.
  private static func overwritten(isLater: Bool = true) -> RecordedCase {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1))
    made.flush(2)
    made.entry(sectorCount: 1, data: [UInt8](repeating: 0, count: 512))
    made.entry(flags: 1)
    guard isLater else { return made }
    made.loggedWrite(RecordedCase.write(3, sector: 8, sectorCount: 4))
    made.loggedWrite(RecordedCase.write(4, sector: 20, isFUA: true))
    made.loggedWrite(RecordedCase.write(5, sector: 30, sectorCount: 4))
    return made
  }

  @Test(arguments: tiers)
  func flushedDataThatIsGoneIsFoundInEveryTier(tiers: [Tier]) throws {
    #expect(try Self.overwritten().brokenRules(tiers) == [.d01])
  }

  /// Here no state of most tiers exists after the data is gone: nothing is left that could be lost.
  @Test(arguments: tiers)
  func itIsFoundAlsoWhereNothingFollows(tiers: [Tier]) throws {
    let violations = try Self.overwritten(isLater: false).judgement(tiers).violations
    #expect(violations.map(\.rule) == [.d01])
    #expect(violations.first?.state == CrashState(cut: 3))
  }

  @Test(arguments: tiers)
  func aLogThatKeepsItsPromisesPassesEveryTier(tiers: [Tier]) throws {
    var made = RecordedCase()
    made.loggedWrite(RecordedCase.write(1))
    made.flush(2)
    made.loggedWrite(RecordedCase.write(3))
    made.loggedWrite(RecordedCase.write(4, sector: 20, isFUA: true))
    made.flush(5)
    #expect(try made.brokenRules(tiers) == [])
  }

  /// Of a sample, too: what is drawn is what is lost.
  @Test(arguments: [1, 2, 5] as [UInt64])
  func aSampleLooksEverywhere(maximumStateCount: UInt64) throws {
    for isLater in [false, true] {
      var options = Judge.Options(tiers: [.prefix, .drop(2)], seed: 1)
      options.maximumStateCount = maximumStateCount
      let evidence = try Self.overwritten(isLater: isLater).evidence()
      #expect(Judge(options).judge(evidence).violations.map(\.rule) == [.d01])
    }
  }

  /// Rounds go back to the first cut, and say nothing twice that was said in the round before.
  @Test func aTimedEnumerationLooksEverywhere() throws {
    var options = Judge.Options(tiers: [.drop(1)], seed: 1)
    options.isTimed = true
    let violations = Judge(options).judge(try Self.overwritten().evidence()).violations
    #expect(violations.map(\.rule) == [.d01])
    #expect(violations.first?.repeatCount == 0)
  }

  /// What is judged besides the states of the tiers is not counted as states.
  @Test func onlyTheStatesOfTheTiersAreCounted() throws {
    let judgement = try Self.overwritten(isLater: false).judgement([.fuaOnly])
    #expect(judgement.stateCount == 0)
    #expect(judgement.violations.map(\.rule) == [.d01])
  }

  /// Of forty unflushed writes each can be lost or kept.
  @Test(arguments: [4, 40] as [UInt64])
  func theTierAllIsRefusedWhereItsStatesAreTooMany(writeCount: UInt64) throws {
    var made = RecordedCase()
    for identifier in 1...writeCount {
      made.loggedWrite(RecordedCase.write(identifier, sector: identifier))
    }
    for tiers in [[.all], [.all, .prefix]] as [[Tier]] {
      let judgement = try made.judgement(tiers)
      #expect((judgement.refusal == nil) == (writeCount == 4))
      #expect(judgement.tiers.contains { $0.tier == .all } == (writeCount == 4))
    }
  }

  // MARK: Images

  /// Block 0 is written and flushed, and its table entry is taken back behind the client's back: the
  /// last entries of the log, so that nothing can be lost besides.
  @Test(arguments: tiers)
  func aFlushedBlockThatIsGoneIsFoundInEveryTier(tiers: [Tier]) throws {
    for isGone in [false, true] {
      var made = ImageStateCase()
      try made.log.open()
      made.write(block: 0)
      made.flush()
      try made.close()
      if isGone {
        made.log.home(blockCount: 0)
        made.log.flush()
      }
      let rules = Set(try made.judgement(tiers).violations.map(\.rule))
      #expect(rules.contains(.d01) == isGone, "\(rules)")
      if !isGone { #expect(rules == []) }
    }
  }

  enum Damage: CaseIterable {
    case none
    case regionTables
    /// The last structure that was written is gone again: the image is what it was right before.
    case lastStructure
  }

  /// An image that a log makes itself, and then breaks for good. As long as its creation was not flushed
  /// it may be lost, and nobody is to blame.
  @Test(
    arguments: [[.prefix], [.drop(1)], [.flushedOnly], [.prefix, .drop(1)]] as [[Tier]],
    Damage.allCases)
  func anImageThatItsOwnLogMadeIsRefusedInEveryTier(tiers: [Tier], damage: Damage) throws {
    var made = ImageStateCase()
    let complete = made.log.base
    made.log.base = MemoryImage(SparseBytes(byteCount: complete.byteCount))
    let zeroes = [UInt8](repeating: 0, count: 1 << 16)
    var lastStructure: UInt64 = 0
    for byteOffset in stride(from: UInt64(0), to: complete.byteCount, by: 1 << 16) {
      let bytes = complete.read(ByteRange(byteOffset: byteOffset, byteCount: 1 << 16))
      if bytes != zeroes { lastStructure = byteOffset }
      made.log.write(bytes, at: byteOffset)
    }
    made.log.flush()
    switch damage {
    case .none: break
    case .regionTables:
      made.log.write(zeroes, at: 3 << 16)
      made.log.write(zeroes, at: 4 << 16)
      made.log.flush()
    case .lastStructure:
      made.log.write(zeroes, at: lastStructure)
      made.log.flush()
    }
    let rules = Set(try made.judgement(tiers).violations.map(\.rule))
    #expect(rules.contains(.d09) == (damage != .none))
  }
}
