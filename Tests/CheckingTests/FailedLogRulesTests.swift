import BlockDevice
import Checking
import Testing

/// What a logger may still say once its log's device has failed, in traces that are put together by hand.
@Suite struct FailedLogRulesTests {
  // MARK: Acknowledged without an entry

  /// A write whose entry the device refuses, answered with that error, and one more after the gap.
  private static func behindGap(isAnswered: Bool, isLogged: Bool) -> TracedCase {
    var made = TracedCase()
    made.foundEntryCount = 0
    made.write(errorName: "EIO") { $0.logWrite($1, error: .inputOutput) }
    made.write(isAnswered: isAnswered) { if isLogged { $0.logWrite($1) } }
    return made
  }

  @Test(arguments: [true, false])
  func whatIsAcknowledgedAfterTheFailureAndCannotBeFoundBreaksL07(isLogged: Bool) throws {
    #expect(try Self.behindGap(isAnswered: true, isLogged: isLogged).brokenRules() == [.l07])
    #expect(try Self.behindGap(isAnswered: false, isLogged: isLogged).brokenRules() == [])
  }

  /// The entry in front takes long, and is refused when the other one was acknowledged.
  private static func beforeFailure(
    isLogged: Bool = true, isFUA: Bool = false, isFlush: Bool = false
  ) -> TracedCase {
    var made = TracedCase()
    made.foundEntryCount = 0
    made.write(isAnswered: false, takes: 100) { $0.logWrite($1, error: .inputOutput) }
    if isFlush {
      made.flush(isTrue: false, isLogged: isLogged)
    } else {
      made.write(isFUA: isFUA) { if isLogged { $0.logWrite($1) } }
    }
    return made
  }

  @Test func whatWasAcknowledgedBeforeMayStandBehindTheGap() throws {
    #expect(try Self.beforeFailure().brokenRules([.l07]) == [])
    #expect(try Self.beforeFailure(isLogged: false).brokenRules([.l07]) == [.l07])
  }

  @Test func whatWasSaidToBeDurableMayNot() throws {
    #expect(try Self.beforeFailure(isFUA: true).brokenRules([.l07]) == [.l07])
    #expect(try Self.beforeFailure(isFlush: true).brokenRules([.l07]) == [.l07])
  }

  /// Its entry came into the log only after it was acknowledged.
  @Test func anEntryThatIsLaterThanTheAnswerWasNotThere() throws {
    var made = TracedCase()
    made.foundEntryCount = 0
    made.write(isAnswered: false, takes: 100) { $0.logWrite($1, error: .inputOutput) }
    made.write(takes: 50)
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  // MARK: An error and an entry

  @Test func whatTheLogFailedMayHaveAnEntry() throws {
    var made = TracedCase()
    made.write(errorName: "EIO") { made, operation in
      made.logWrite(operation)
      made.superblock(1, error: .inputOutput)
    }
    #expect(try made.brokenRules() == [])
  }

  @Test func itsEntryIsHeldAgainstItAllTheSame() throws {
    var made = TracedCase()
    made.write(errorName: "EIO") { made, operation in
      made.logWrite(operation, flags: 2)
      made.superblock(1, error: .inputOutput)
    }
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  @Test func whatBeganAfterTheFailureHasNone() throws {
    for isLogged in [true, false] {
      var made = TracedCase()
      made.superblock(0, error: .inputOutput)
      made.write(errorName: "EIO") { if isLogged { $0.logWrite($1) } }
      #expect(try made.brokenRules([.l07]) == (isLogged ? [.l07] : []))
    }
  }

  @Test func whatEndedBeforeTheFailureHasNone() throws {
    var made = TracedCase()
    made.write(errorName: "EIO")
    made.superblock(1, error: .inputOutput)
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  @Test func whatTheDiskFailedHasNoneThoughTheLogFailsToo() throws {
    var made = TracedCase()
    made.write(errorName: "EIO", deviceError: .inputOutput) { made, operation in
      made.logWrite(operation)
      made.superblock(1, error: .inputOutput)
    }
    #expect(try made.brokenRules([.l07]) == [.l07])
  }

  // MARK: What cannot be judged

  @Test func theLiveDeviceMayHaveMore() throws {
    for error in [nil, DeviceError.inputOutput] {
      var made = TracedCase()
      made.write()
      made.superblock(1, error: error)
      let judgement = try made.judgement([.prefix, .all])
      let reasons = judgement.unjudgedRules.filter { [.l08, .l10].contains($0.0) }.map(\.1)
      #expect(reasons.allSatisfy { $0.contains("the log's device failed") })
      #expect(reasons.count == (error == nil ? 0 : 2))
    }
  }
}
