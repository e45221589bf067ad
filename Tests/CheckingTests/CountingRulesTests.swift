import Checking
import Rules
import Testing

/// When a logger has to rewrite its superblock, in traces that are put together by hand: writes of one sector,
/// an entry of two sectors for each, and superblocks in between.
@Suite struct CountingRulesTests {
  private static func brokenRules(_ made: TracedCase) throws -> [Rule] {
    try made.brokenRules([.l12, .l13])
  }

  // MARK: L13

  @Test func aSuperblockAfterEveryTwoEntriesKeepsL13() throws {
    var made = TracedCase(interval: 2)
    for count in 1...5 { made.write(counting: count % 2 == 0 ? count : nil) }
    #expect(try Self.brokenRules(made) == [])
    #expect(try made.judgement().judgedRules.contains(.l13))
  }

  @Test func withoutOneL13IsBroken() throws {
    var made = TracedCase(interval: 2)
    for _ in 1...3 { made.write() }
    let violation = try #require(try made.judgement().violations.first { $0.rule == .l13 })
    #expect(violation.operations == [2])
    #expect(violation.repeatCount == 1)
    #expect(violation.title.contains("counted 0 and not 2"))
  }

  @Test func whatWasNotAskedForIsNotMissed() throws {
    for interval in [nil, 4] {
      var made = TracedCase(interval: 2)
      made.interval = interval
      for _ in 1...3 { made.write() }
      #expect(try Self.brokenRules(made) == [])
    }
  }

  @Test func oneThatComesAfterTheAnswerIsTooLate() throws {
    var made = TracedCase(interval: 2)
    made.write()
    made.write()
    made.superblock(2)
    made.write()
    #expect(try Self.brokenRules(made) == [.l13])
  }

  @Test func oneThatIsNotStableDoesNotCount() throws {
    for isStable in [false, true] {
      var made = TracedCase(interval: 2)
      made.write()
      made.write(isAnswered: false)
      made.superblock(2, isStable: isStable)
      made.write()
      #expect(try Self.brokenRules(made) == (isStable ? [] : [.l13]))
    }
  }

  @Test func oneThatCountsTooFewIsNotEnough() throws {
    for count in [3, 4] {
      var made = TracedCase(interval: 2)
      made.write()
      made.write(counting: 2)
      made.write()
      made.write(counting: count)
      #expect(try Self.brokenRules(made) == (count == 4 ? [] : [.l13]))
    }
  }

  /// The second entry takes long: until it is there the third one does not make two entries without a gap.
  @Test func anEntryThatIsStillBeingWrittenIsNotDue() throws {
    for takes in [1, 100] as [UInt64] {
      var made = TracedCase(interval: 2)
      made.write()
      made.write(isAnswered: false, takes: takes)
      made.write()
      #expect(try Self.brokenRules(made) == (takes == 1 ? [.l13] : []))
    }
  }

  @Test func anOperationThatWasNotAnsweredWaitsForNothing() throws {
    var made = TracedCase(interval: 2)
    for _ in 1...3 { made.write(isAnswered: false) }
    #expect(try Self.brokenRules(made) == [])
  }

  // MARK: L12

  @Test func aClosedLogCountsAllOfItsEntries() throws {
    for (count, isBroken) in [(3, false), (2, true), (0, true)] {
      var made = TracedCase(interval: 2)
      made.interval = nil
      for _ in 1...3 { made.write() }
      made.superblock(count)
      made.close()
      #expect(try Self.brokenRules(made) == (isBroken ? [.l12] : []))
    }
  }

  @Test func theLastOneBeforeTheCloseDecides() throws {
    var made = TracedCase(interval: 2)
    made.interval = nil
    made.write()
    made.superblock(1)
    made.superblock(0)
    made.close()
    #expect(try Self.brokenRules(made) == [.l12])
    // What is written after it is too late.
    made.superblock(1)
    #expect(try Self.brokenRules(made) == [.l12])
  }

  @Test func oneThatIsNotStableAtTheCloseDoesNotCount() throws {
    var made = TracedCase(interval: 2)
    made.interval = nil
    made.write()
    made.superblock(1, isStable: false)
    made.close()
    #expect(try Self.brokenRules(made) == [.l12])
  }

  @Test func aLoggerThatWasKilledOwesNothing() throws {
    var made = TracedCase(interval: 2)
    made.interval = nil
    made.write()
    #expect(try Self.brokenRules(made) == [])
    #expect(try made.judgement().judgedRules.contains(.l12))
  }
}
