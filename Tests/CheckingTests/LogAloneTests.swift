import Bytes
import Checking
import CrashStates
import Testing

/// The rules of the write log that need no trace of who wrote it: the shape of its chain, and the device that it
/// is of.
@Suite struct LogAloneTests {
  @Test func aHeaderThatDoesNotParseBreaksL02() throws {
    for flags in [1, 1 << 20] as [UInt64] {
      var recorded = RecordedCase()
      recorded.loggedWrite(RecordedCase.write(1))
      recorded.entry(flags: flags)
      let violations = try recorded.judgement().violations
      #expect(violations.map(\.rule) == (flags == 1 ? [] : [.l02]))
      #expect(violations.allSatisfy { $0.entries == [1] })
    }
  }

  /// The first header claims four sectors, and the next header stands in the first of them.
  @Test func aHeaderInsideOfAnotherEntryBreaksL03() throws {
    var recorded = RecordedCase()
    recorded.entry(sectorCount: 4)
    for identifier in 1...2 as ClosedRange<UInt64> {
      recorded.loggedWrite(RecordedCase.write(identifier, sector: identifier))
    }
    let violations = try recorded.judgement().violations
    #expect(violations.contains { $0.rule == .l03 && $0.entries == [0] })
    // The chain that steps over them has fewer entries than are counted.
    #expect(violations.contains { $0.rule == .l04 && $0.repeatCount == 0 })
  }

  @Test func aSuperblockThatCountsMoreThanTheLogHoldsBreaksL04() throws {
    for count in [1, 2] {
      var recorded = RecordedCase()
      recorded.loggedWrite(RecordedCase.write(1))
      recorded.countedEntryCount = count
      let violations = try recorded.judgement().violations
      #expect(violations.map(\.rule) == (count == 1 ? [] : [.l04]))
    }
  }

  /// The target of dm-log-writes lists the last writes when it is removed, and says so with its mark. A log
  /// without it is not held against the device, which may be ahead.
  @Test(arguments: [(LogOrigin.linux, false), (.linux, true), (.powercut, false)])
  func aLogOfTheKernelThatWasNotEndedIsNotHeldAgainstTheDevice(
    origin: LogOrigin, isEnded: Bool
  ) throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(RecordedCase.write(1))
    if isEnded { recorded.mark("dm-log-writes-end") }
    var evidence = try recorded.evidence()
    evidence.live = .sparse(SparseBytes(byteCount: RecordedCase.deviceByteCount))
    var options = Judge.Options(tiers: [.prefix], seed: 1)
    options.origin = origin
    let judgement = Judge(options).judge(evidence)
    let isJudged = origin == .powercut || isEnded
    #expect(judgement.violations.map(\.rule) == (isJudged ? [.l08] : []))
    #expect(judgement.judgedRules.contains(.l08) == isJudged)
    #expect(judgement.comparedDiskCount == (isJudged ? 1 : 0))
    let reason = judgement.unjudgedRules.first { $0.rule == .l08 }?.reason
    #expect(reason?.contains("dmsetup remove") == (isJudged ? nil : true))
  }
}
