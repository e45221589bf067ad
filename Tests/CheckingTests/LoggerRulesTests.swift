import Checking
import Rules
import Testing
import Workload

/// Each rule of the write log has a trace that breaks it, and one as like it as can be that does not.
@Suite struct LoggerRulesTests {
  /// Two writes and a flush, each as it should be.
  private static func right() -> TracedCase {
    var made = TracedCase()
    made.write()
    made.write(counting: 2, isFUA: true)
    made.flush(counting: 3)
    return made
  }

  @Test func aCarefulLoggerBreaksNothing() throws {
    let judgement = try Self.right().judgement()
    #expect(judgement.violations == [])
    #expect(
      judgement.judgedRules.filter { $0.rawValue.hasPrefix("L") }
        == Rule.allCases.filter { $0.rawValue.hasPrefix("L") && $0 != .l10 })
  }

  // MARK: L03

  @Test(arguments: [0, 1, 512])
  func anEntryThatStartsInAnotherOnesDataBreaksL03(missing: Int) throws {
    var made = TracedCase()
    made.write()
    made.write { made, operation in
      made.entry([2, 1, 0], data: RecordedCase.data(operation), of: 2, missing: missing)
    }
    let violation = try made.judgement().violations.first { $0.rule == .l03 }
    #expect((violation == nil) == (missing == 0))
    if let violation { #expect(violation.entries == [0, 1]) }
  }

  /// A long entry, and two short ones in its data, which do not touch each other.
  @Test func eachEntryInsideOfALongOneBreaksL03() throws {
    var made = TracedCase()
    made.write { made, operation in
      let data = [UInt8](repeating: 1, count: 2048)
      made.entry([1, 4, 0], data: data, of: operation.identifier)
    }
    for missing in [2048, 0] {
      made.write { made, operation in
        let sector = operation.range.byteOffset / 512
        made.entry(
          [sector, 1, 0], data: RecordedCase.data(operation), of: operation.identifier,
          missing: missing)
      }
    }
    let violation = try #require(try made.judgement().violations.first { $0.rule == .l03 })
    #expect(violation.entries == [0, 1])
    // The chain, which ends after the long one, says the first of them too.
    #expect(violation.repeatCount == 2)
  }

  // MARK: L04 and L05

  @Test func aCountOfWhatIsNotStableBreaksL04() throws {
    for isStable in [true, false] {
      var made = TracedCase()
      made.write(counting: 1) { made, operation in
        made.entry([1, 1, 0], data: RecordedCase.data(operation), of: 1, isStable: isStable)
      }
      #expect(try made.brokenRules() == (isStable ? [] : [.l04]))
    }
  }

  @Test func aCountOfWhatWasNeverBegunBreaksL04() throws {
    for count in [1, 2] {
      var made = TracedCase()
      made.write(counting: count)
      #expect(try made.brokenRules() == (count == 1 ? [] : [.l04]))
    }
  }

  /// The superblock is there already when the entry becomes stable.
  @Test func aSuperblockBeforeItsEntryBreaksL04() throws {
    var made = TracedCase()
    made.write { made, operation in
      made.superblock(1)
      made.logWrite(operation)
    }
    #expect(try made.brokenRules() == [.l04])
  }

  private enum Durable: CaseIterable {
    case fua, flush, close
  }

  @Test(arguments: Durable.allCases)
  private func anAcknowledgedFlushFUAOrCloseThatIsNotCountedBreaksL05(durable: Durable) throws {
    for count in [2, 1, nil] {
      var made = TracedCase()
      made.write()
      switch durable {
      case .fua: made.write(counting: count, isFUA: true)
      case .flush: made.flush(counting: count)
      case .close: made.flush(counting: count, isClose: true)
      }
      #expect(try made.brokenRules() == (count == 2 ? [] : [.l05]))
    }
  }

  @Test func aCountThatComesAfterTheAnswerIsTooLate() throws {
    var made = TracedCase()
    made.flush()
    made.superblock(1)
    #expect(try made.brokenRules() == [.l05])
  }

  @Test func aCountThatIsNotStableIsNone() throws {
    for isStable in [true, false] {
      var made = TracedCase()
      made.write(isFUA: true) { made, operation in
        made.logWrite(operation)
        made.superblock(1, isStable: isStable)
      }
      #expect(try made.brokenRules() == (isStable ? [] : [.l05]))
    }
  }

  /// Only sector 0 is read when the log is opened.
  @Test(arguments: [0, 512, 1024, 1536] as [UInt64])
  func aSuperblockInAnotherPlaceIsNone(byteOffset: UInt64) throws {
    var made = TracedCase()
    made.write(isFUA: true) { made, operation in
      made.logWrite(operation)
      made.superblock(1, at: byteOffset)
    }
    #expect(try made.brokenRules([.l05]) == (byteOffset == 0 ? [] : [.l05]))
  }

  /// What counts is the superblock that is there, and not the best one that ever was.
  @Test func aCountThatIsTakenBackIsNone() throws {
    var made = TracedCase()
    made.write()
    made.write(isFUA: true) { made, operation in
      made.logWrite(operation)
      made.superblock(2)
      made.superblock(1)
    }
    #expect(try made.brokenRules() == [.l05])
  }

  /// Two superblocks on their way at once can land in the wrong order, also after the answer.
  @Test func aCountThatIsTakenBackLaterIsNone() throws {
    var made = TracedCase()
    made.write()
    made.write(counting: 2, isFUA: true)
    #expect(try made.brokenRules() == [])
    made.superblock(1)
    made.superblock(2)
    #expect(try made.brokenRules() == [.l05])
  }

  // MARK: L07

  @Test func anAcknowledgedOperationWithoutAnEntryBreaksL07() throws {
    for isAnswered in [true, false] {
      var made = TracedCase()
      made.write(isAnswered: isAnswered) { _, _ in }
      #expect(try made.brokenRules([.l07]) == (isAnswered ? [.l07] : []))
    }
  }

  @Test func anOperationWithTwoEntriesBreaksL07() throws {
    var made = TracedCase()
    made.write { made, operation in
      made.logWrite(operation)
      made.logWrite(operation)
    }
    #expect(try made.brokenRules() == [.l07])
  }

  @Test func anEntryWithAnotherRangeBreaksL07() throws {
    var made = TracedCase()
    made.write { $0.logWrite($1, sectorOffset: 1) }
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  @Test func anEntryThatBeginsWhereItShouldAndIsLongerBreaksL07() throws {
    var made = TracedCase()
    made.write { made, operation in
      let data = RecordedCase.data(operation) + [UInt8](repeating: 0, count: 512)
      made.entry([operation.range.byteOffset / 512, 2, 0], data: data, of: operation.identifier)
    }
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  @Test(arguments: [0, 2, 16] as [UInt64])
  func anEntryWithOtherFlagsBreaksL07(flags: UInt64) throws {
    for isFUA in [true, false] {
      var made = TracedCase()
      made.write(counting: 1, isFUA: isFUA, isStable: true) { $0.logWrite($1, flags: flags) }
      #expect(try made.brokenRules() == (flags == (isFUA ? 2 : 0) ? [] : [.l07]))
    }
  }

  @Test func anEntryOfAnOperationThatFailedBreaksL07() throws {
    for isLogged in [true, false] {
      var made = TracedCase()
      made.write(errorName: "EIO") { if isLogged { $0.logWrite($1) } }
      #expect(try made.brokenRules([.l07]) == (isLogged ? [.l07] : []))
    }
  }

  @Test func anEntryOfAReadBreaksL07() throws {
    for isLogged in [true, false] {
      var made = TracedCase()
      made.read(isLogged: isLogged)
      #expect(try made.brokenRules() == (isLogged ? [.l07] : []))
    }
  }

  @Test func anEntryWithoutAnOperationBreaksL07() throws {
    for operation in [nil, 9] as [UInt64?] {
      var made = Self.right()
      made.entry([0, 0, 1], of: operation)
      #expect(try made.brokenRules() == [.l07])
    }
  }

  @Test func aResizeThatIsLoggedWithAnotherLengthBreaksL07() throws {
    for byteCount in [131072, 262144] {
      var made = TracedCase()
      made.resize(toSectorCount: 256, text: "pc1 size \(byteCount)")
      #expect(try made.brokenRules([.l07]) == (byteCount == 131072 ? [] : [.l07]))
    }
  }

  // MARK: L08

  @Test(arguments: [0, 511, 512, 65535] as [UInt64])
  func aDeviceThatDiffersInOneByteBreaksL08(byteOffset: UInt64) throws {
    var made = Self.right()
    made.live.write([0xee], at: byteOffset)
    let violation = try #require(try made.judgement().violations.first { $0.rule == .l08 })
    #expect(violation.title.contains("byte \(byteOffset / 512 * 512) "))
    #expect(try made.brokenRules() == [.l08])
  }

  @Test func aDeviceOfAnotherLengthBreaksL08() throws {
    for byteCount in [65536, 65024, 66048] as [UInt64] {
      var made = Self.right()
      made.live.resize(toByteCount: byteCount)
      #expect(try made.brokenRules() == (byteCount == 65536 ? [] : [.l08]))
    }
  }

  // MARK: L09

  @Test func aFlushEntryBeforeTheWriteIsStableBreaksL09() throws {
    for isTrue in [true, false] {
      var made = TracedCase()
      made.write()
      made.flush(counting: 2, isTrue: isTrue)
      #expect(try made.brokenRules() == (isTrue ? [] : [.l09]))
    }
  }

  /// The device flushes, and only then does the entry tell the truth.
  @Test func aFlushEntryThatIsLoggedBeforeTheDeviceFlushedBreaksL09() throws {
    for isLoggedFirst in [true, false] {
      var made = TracedCase()
      made.write()
      made.flush(counting: 2, isLoggedFirst: isLoggedFirst)
      #expect(try made.brokenRules() == (isLoggedFirst ? [.l09] : []))
    }
  }

  /// The first write of several, too; and what an earlier flush covered is not asked for again.
  @Test func oneWriteOfSeveralThatIsNotStableBreaksL09() throws {
    for unstable in 0...3 {
      var made = TracedCase()
      made.write(isStable: unstable != 1)
      made.write(isStable: unstable != 2)
      made.write(isStable: unstable != 3)
      made.flush(counting: 4, isTrue: false)
      made.flush(counting: 5, isTrue: false)
      #expect(try made.brokenRules() == (unstable == 0 ? [] : [.l09]))
      #expect(try made.judgement().violations.allSatisfy { $0.repeatCount == 0 })
    }
  }

  @Test func aFUAEntryOfAWriteThatIsNotStableBreaksL09() throws {
    for isStable in [true, false] {
      var made = TracedCase()
      made.write(counting: 1, isFUA: true, isStable: isStable)
      #expect(try made.brokenRules() == (isStable ? [] : [.l09]))
    }
  }

  /// The device flushed between two writes, and the log does not say so: of them it gives the second alone,
  /// which no power cut can leave.
  @Test func aStateThatTheDeviceCannotBeLeftInBreaksL09() throws {
    for isLogged in [true, false] {
      var made = TracedCase()
      made.write()
      made.flush(isLogged: isLogged)
      made.write()
      let judgement = try made.judgement([.all])
      #expect(judgement.judgedRules.contains(.l10))
      let found = judgement.violations.filter { $0.rule == .l09 || $0.rule == .l10 }
      #expect(found.map(\.rule) == (isLogged ? [] : [.l09]))
      #expect(found.allSatisfy { $0.state?.isPrefix == false })
    }
  }

  // MARK: L10

  /// The device still may lose the first write and keep the second, and the log says that it was flushed.
  @Test func aStateThatTheLogDoesNotGiveBreaksL10() throws {
    for isTrue in [true, false] {
      var made = TracedCase()
      made.write()
      made.flush(isTrue: isTrue)
      made.write()
      #expect(try made.brokenRules([.l10], [.all]) == (isTrue ? [] : [.l10]))
    }
  }

  // MARK: L11

  @Test(arguments: [0, 512, 1024, -512])
  func aSessionThatDoesNotGoOnAtTheEndBreaksL11(missing: Int) throws {
    var made = TracedCase()
    made.write()
    made.reopen()
    made.write { made, operation in
      made.entry([2, 1, 0], data: RecordedCase.data(operation), of: 2, missing: missing)
    }
    #expect(try made.brokenRules([.l11]) == (missing == 0 ? [] : [.l11]))
  }

  @Test func aSessionOfALogWithoutEntriesStartsAfterTheSuperblock() throws {
    var made = TracedCase()
    made.superblock(0)
    made.reopen()
    made.write()
    #expect(try made.brokenRules() == [])
  }

  @Test func aSessionThatCannotOpenItsLogBreaksL11() throws {
    var made = Self.right()
    made.reopen(error: "no chain")
    #expect(try made.brokenRules() == [.l11])
  }
}
