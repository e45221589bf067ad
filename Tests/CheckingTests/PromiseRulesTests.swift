import Checking
import CrashStates
import Rules
import Testing
import Workload

/// Each D rule has a log that breaks it and one, as like it as can be, that does not.
@Suite struct PromiseRulesTests {
  private static let first = RecordedCase.write(1)
  private static let second = RecordedCase.write(2)

  @Test func aFlushedWriteThatALogCanLoseBreaksD01() throws {
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2, isLogged: isLogged)
      #expect(try recorded.brokenRules() == (isLogged ? [] : [.d01]))
    }
  }

  @Test func nothingIsPromisedOfAWriteThatFailedBeforeAFlush() throws {
    var recorded = RecordedCase()
    recorded.operation(Self.first, errorName: "EIO")
    recorded.flush(2)
    #expect(try recorded.brokenRules() == [])
  }

  /// A resize that failed may have come to be, as a write may: its entry can be there. One that was
  /// acknowledged and flushed has to be.
  @Test(arguments: ["EIO", nil])
  func aLengthThatNobodyWasToldIsPossible(errorName: String?) throws {
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.operation(
        RecordedCase.action(1, .resize, sectorCount: 64), errorName: errorName
      ) { if isLogged { $0.mark("pc1 size 32768") } }
      recorded.flush(2)
      #expect(try recorded.brokenRules() == (isLogged || errorName != nil ? [] : [.d01]))
    }
  }

  @Test func anUnflushedWriteMayBeLost() throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(Self.first)
    #expect(try recorded.brokenRules() == [])
  }

  @Test func anOlderVersionBehindAFlushedOneBreaksD01() throws {
    var recorded = RecordedCase()
    recorded.operation(Self.first)
    recorded.loggedWrite(Self.second)
    recorded.flush(3)
    #expect(try recorded.brokenRules() == [])
    recorded.logWrite(Self.first)
    #expect(try recorded.brokenRules() == [.d01])
  }

  @Test func ofTwoWritesInFlightTogetherEitherMayStay() throws {
    var recorded = RecordedCase()
    let (first, second) = (Self.first, Self.second)
    recorded.operation(first) { outer in
      outer.operation(second) { $0.logWrite(second) }
      outer.logWrite(first)
    }
    recorded.flush(3)
    #expect(try recorded.brokenRules() == [])
  }

  @Test func aFlushCoversNothingThatWasAcknowledgedAfterItWasSubmitted() throws {
    var recorded = RecordedCase()
    let first = Self.first
    recorded.operation(RecordedCase.action(2, .flush)) { outer in
      outer.entry(flags: 1)
      outer.loggedWrite(first)
    }
    #expect(try recorded.brokenRules() == [])
  }

  @Test func aTornSectorBreaksD02() throws {
    let operation = Self.second
    for isTorn in [false, true] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.operation(operation) {
        let new = RecordedCase.data(operation)
        let old = RecordedCase.data(Self.first)
        $0.entry(
          sectorCount: 1, data: isTorn ? Array(new[..<256] + old[256...]) : new)
      }
      #expect(try recorded.brokenRules() == (isTorn ? [.d02] : []))
    }
  }

  @Test func anotherSectorsDataBreaksD03() throws {
    let operation = RecordedCase.write(1, sector: 4, sectorCount: 2)
    for shift in [0, 512] as [UInt64] {
      var recorded = RecordedCase()
      recorded.operation(operation) {
        $0.entry(sector: 4, sectorCount: 2, data: RecordedCase.data(operation, shiftedBy: shift))
      }
      #expect(try recorded.brokenRules() == (shift == 0 ? [] : [.d03]))
    }
  }

  /// Each sector of a write is looked at, whichever of them is right.
  @Test(arguments: 0..<3)
  func anotherSectorsDataInOneOfThreeBreaksD03(wrongIndex: Int) throws {
    let operation = RecordedCase.write(1, sector: 4, sectorCount: 3)
    var data = RecordedCase.data(operation)
    let other = RecordedCase.data(RecordedCase.write(1, sector: 40))
    data.replaceSubrange(wrongIndex * 512..<(wrongIndex + 1) * 512, with: other)
    var recorded = RecordedCase()
    recorded.operation(operation) { $0.entry(sector: 4, sectorCount: 3, data: data) }
    let violations = try recorded.judgement().violations
    #expect(violations.map(\.rule) == [.d03])
    #expect(violations.first?.title.contains("byte \((4 + wrongIndex) * 512) ") == true)
  }

  // MARK: Lengths

  private static func resize(_ identifier: UInt64, sectorCount: UInt64) -> ClientOperation {
    RecordedCase.action(identifier, .resize, sectorCount: sectorCount)
  }

  /// The device has 128 sectors, is told to have 256, flushed, and then 512.
  @Test func aLengthThatNobodyAskedForIsHeldAgainstTheFlushedOne() throws {
    for isForeign in [false, true] {
      var recorded = RecordedCase()
      recorded.operation(Self.resize(1, sectorCount: 256)) { $0.mark("pc1 size 131072") }
      recorded.flush(2)
      recorded.operation(Self.resize(3, sectorCount: 512)) { $0.mark("pc1 size 262144") }
      if isForeign { recorded.mark("pc1 size 4096") }
      let violations = try recorded.judgement().violations
      #expect(violations.map(\.rule) == (isForeign ? [.d01] : []))
      let expected = "the device has 4096 bytes, and 131072 were flushed"
      #expect(violations.allSatisfy { $0.title == expected })
    }
  }

  /// Of two resizes in flight together the one that is answered first comes first: the device grows, sector
  /// 200 is written, and what the other one cuts off is gone.
  @Test func resizesTakeEffectInTheOrderOfTheirAnswers() throws {
    var recorded = RecordedCase()
    recorded.operation(Self.resize(1, sectorCount: 128)) { outer in
      outer.operation(Self.resize(2, sectorCount: 256)) { $0.mark("pc1 size 131072") }
      outer.loggedWrite(RecordedCase.write(3, sector: 200))
      outer.mark("pc1 size 65536")
    }
    recorded.flush(4)
    #expect(try recorded.brokenRules() == [])
  }

  // MARK: Zeroes and discards

  @Test(arguments: [ClientOperation.Action.writeZeroes, .discard])
  func flushedZeroesThatALogCanLoseBreakD04(action: ClientOperation.Action) throws {
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2)
      recorded.operation(RecordedCase.action(3, action, sectorCount: 1)) {
        if action == .discard {
          $0.entry(sectorCount: 1, flags: 4)
        } else {
          $0.entry(sectorCount: 1, data: [UInt8](repeating: 0, count: 512))
        }
      }
      recorded.flush(4, isLogged: isLogged)
      #expect(try recorded.brokenRules() == (isLogged ? [] : [.d04]))
    }
  }

  /// Of a target that promises nothing for discards the old contents may stay, zeroes may come, and
  /// nothing else; what is flushed later has to be there again.
  @Test(arguments: [true, false])
  func aDiscardThatPromisesNothingAllowsWhatWasThereAndZeroes(isCarriedOut: Bool) throws {
    func judged(_ change: (inout RecordedCase) -> Void) throws -> [Rule] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2)
      recorded.operation(RecordedCase.action(3, .discard, sectorCount: 1)) {
        if isCarriedOut { $0.entry(sectorCount: 1, flags: 4) }
      }
      recorded.flush(4)
      change(&recorded)
      var evidence = try recorded.evidence()
      evidence.discardPromisesZeroes = false
      return Judge(Judge.Options(tiers: [.prefix, .drop(1)], seed: 1)).judge(evidence)
        .violations.map(\.rule).sorted()
    }
    #expect(try judged { _ in } == [])
    let foreign = [UInt8](repeating: 7, count: 512)
    #expect(try judged { $0.entry(sectorCount: 1, data: foreign) } == [.d01])
    let new = RecordedCase.write(5)
    #expect(
      try judged {
        $0.loggedWrite(new)
        $0.flush(6)
      } == [])
    #expect(
      try judged {
        $0.operation(new)
        $0.flush(6)
      } == [.d01])
  }

  /// Behind such a discard also a version may show that a flushed one had replaced.
  @Test(arguments: [true, false])
  func aDiscardThatPromisesNothingAllowsOlderVersions(isDiscarded: Bool) throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(Self.first)
    recorded.loggedWrite(Self.second)
    recorded.flush(3)
    if isDiscarded {
      recorded.operation(RecordedCase.action(4, .discard, sectorCount: 1)) {
        $0.logWrite(Self.first)
      }
    } else {
      recorded.logWrite(Self.first)
    }
    var evidence = try recorded.evidence()
    evidence.discardPromisesZeroes = false
    let broken = Judge(Judge.Options(tiers: [.prefix], seed: 1)).judge(evidence).violations
      .map(\.rule)
    #expect(broken == (isDiscarded ? [] : [.d01]))
  }

  @Test func anAcknowledgedFUAWriteThatALogCanLoseBreaksD05() throws {
    let operation = RecordedCase.write(1, isFUA: true)
    for isMarked in [true, false] {
      var recorded = RecordedCase()
      recorded.operation(operation) {
        $0.entry(sectorCount: 1, flags: isMarked ? 2 : 0, data: RecordedCase.data(operation))
      }
      #expect(try recorded.brokenRules() == (isMarked ? [] : [.d05]))
    }
  }

  @Test func aWriteThatIsLostAfterACleanCloseBreaksD06() throws {
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2, isLogged: isLogged, isClose: true)
      #expect(try recorded.brokenRules() == (isLogged ? [] : [.d06]))
    }
  }

  @Test func aFlushedWriteThatIsLostBesideAFailedOneBreaksD07() throws {
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2, isLogged: isLogged)
      recorded.operation(RecordedCase.write(3), errorName: "EIO")
      #expect(try recorded.brokenRules() == (isLogged ? [] : [.d07]))
    }
  }

  /// The device refused a write that the client was told to be done. What is lost then is lost for that.
  @Test func aLossBesideAnErrorThatNobodyReportedBreaksD07() throws {
    for isRefused in [true, false] {
      var made = TracedCase()
      made.write()
      made.flush(isLogged: false)
      made.write()
      if isRefused { made.refuseLastOperation() }
      let rules = try made.brokenRules([.d01, .d07], [.drop(1)])
      #expect(rules == [isRefused ? .d07 : .d01])
    }
  }

  /// A session that could not be closed takes with it what it had not flushed.
  @Test func aFlushCoversNothingOfTheSessionBefore() throws {
    for isClosed in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.operation(RecordedCase.action(2, .close), errorName: isClosed ? nil : "EIO")
      recorded.flush(3, isLogged: false)
      #expect(try recorded.brokenRules() == (isClosed ? [.d06] : []))
    }
  }

  @Test func aFailedWriteMayStillBeThere() throws {
    let operation = Self.second
    var recorded = RecordedCase()
    recorded.loggedWrite(Self.first)
    recorded.flush(3)
    recorded.operation(operation, errorName: "EIO") { $0.logWrite(operation) }
    #expect(try recorded.brokenRules() == [])
  }

  @Test func theViolationNamesStateOperationsAndPlace() throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(RecordedCase.write(1, sector: 9))
    recorded.flush(2, isLogged: false)
    let violation = try #require(try recorded.judgement().violations.first)
    #expect(violation.state == CrashState(cut: 1, lost: [0]))
    #expect(violation.operations == [1, 2])
    #expect(violation.title.contains("byte 4608 holds zeroes"))
  }

  @Test func everyStateIsCountedAndEqualOnesAreJudgedOnce() throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(RecordedCase.write(1, sector: 0))
    recorded.loggedWrite(RecordedCase.write(2, sector: 1))
    recorded.flush(3)
    let judgement = try recorded.judgement([.prefix, .flushedOnly])
    // Cuts 0 to 3; at 1 and 2 what is not flushed can be lost, which gives the empty disk again.
    #expect(judgement.tiers.map(\.stateCount).reduce(0, +) == judgement.stateCount)
    #expect(judgement.stateCount > judgement.distinctStateCount)
    // Empty, one write, two writes, two writes with the flush promised.
    #expect(judgement.judgedStateCount == 4)
  }

  /// A range from outside can claim 2^53 units: none of them may cost memory by itself.
  @Test func aDiscardOfTheWholeAddressSpaceCostsNothingAndIsJudged() throws {
    let sectorCount: UInt64 = (1 << 62) / 512
    for isLogged in [true, false] {
      var recorded = RecordedCase()
      recorded.loggedWrite(Self.first)
      recorded.flush(2)
      recorded.operation(RecordedCase.action(3, .discard, sectorCount: sectorCount)) {
        $0.entry(sectorCount: sectorCount, flags: 4)
      }
      recorded.flush(4, isLogged: isLogged)
      #expect(try recorded.brokenRules() == (isLogged ? [] : [.d04]))
    }
  }
}
