import Bytes
import Checking
import CrashStates
import Testing
import Workload
import WriteLog

/// Reads judged from a log alone: by the marks of what they returned, spelled out here.
@Suite struct RecordedReadTests {
  /// A write of two sectors, its answer, and a read of three with the given marks.
  private static func evidence(_ readMarks: [String]) throws -> Evidence {
    var log: [UInt8] = []
    var writer = LogWriter<Never>(sectorByteCount: 512) { bytes, byteOffset in
      let missing = Int(byteOffset) + bytes.count - log.count
      if missing > 0 { log += [UInt8](repeating: 0, count: missing) }
      log.replaceSubrange(Int(byteOffset)..<Int(byteOffset) + bytes.count, with: bytes)
    }
    writer.appendMark("pc1 begin 1 write 0 1024 0000000000000007")
    writer.appendWrite([UInt8](repeating: 7, count: 1024), at: 0)
    writer.appendMark("pc1 end 1 ok")
    writer.appendMark("pc1 begin 2 read 0 1536")
    for mark in readMarks { writer.appendMark(mark) }
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(log))
    return try Evidence(
      recordedIn: index,
      history: DiskHistory(index: index, base: nil, initialByteCount: 8192))
  }

  private static func judgement(_ readMarks: [String]) throws -> Judgement {
    Judge(Judge.Options(tiers: [.prefix], seed: 1)).judge(try evidence(readMarks))
  }

  @Test(arguments: [["pc1 got 2 1*2 0"], ["pc1 got 2 1", "pc1 got 2 1 0"]])
  func whatWasReturnedIsJudged(marks: [String]) throws {
    let judgement = try Self.judgement(marks + ["pc1 end 2 ok"])
    #expect(judgement.judgedRules.contains(.d11))
    #expect(!judgement.violations.contains { $0.rule == .d11 })
  }

  @Test(arguments: [
    (["pc1 got 2 0*3"], "zeroes for byte 0"), (["pc1 got 2 1*3"], "what #1 writes for byte 1024"),
    (["pc1 got 2 1", "pc1 got 2 x00000000000000000000000000000001 0"], "other bytes"),
  ])
  func whatMustNotBeReturnedBreaksD11(marks: [String], words: String) throws {
    let judgement = try Self.judgement(marks + ["pc1 end 2 ok"])
    let found = try #require(judgement.violations.first { $0.rule == .d11 })
    #expect(found.title.contains(words), "\(found.title)")
  }

  /// A log as it was written before reads had marks of what they returned; one that ends within a read; a read
  /// that was refused.
  @Test(arguments: [
    (["pc1 end 2 ok"], "the log does not say what the client's reads returned"),
    (["pc1 got 2 1"], "no read of the client was answered"),
    (["pc1 end 2 EIO"], "no read of the client was answered"),
  ])
  func withoutAnAnswerNothingIsSaid(marks: [String], reason: String) throws {
    let judgement = try Self.judgement(marks)
    #expect(!judgement.judgedRules.contains(.d11))
    #expect(judgement.unjudgedRules.first { $0.rule == .d11 }?.reason == reason)
    #expect(!judgement.violations.contains { $0.rule == .d11 })
  }

  /// Of somebody else's log it is said, too.
  @Test func withoutMarksReadsAreNotJudged() throws {
    var recorded = RecordedCase()
    recorded.loggedWrite(RecordedCase.write(1))
    recorded.flush(2)
    let index = try recorded.evidence().index
    let history = try DiskHistory(index: index, base: nil, initialByteCount: 8192)
    let judgement = Judge(Judge.Options(tiers: [.prefix], seed: 1)).judge(
      try Evidence(recordedIn: index, history: history))
    #expect(
      judgement.unjudgedRules.first { $0.rule == .d11 }?.reason
        == "the log does not say what a client's reads returned")
  }

  /// Before the last mark stand the superblock, a header and two sectors of a write, and the other marks.
  @Test(arguments: [
    (["pc1 got 2 1*2"], 8), (["pc1 got 2 1*4"], 8), (["pc1 got 2 1*2", "pc1 got 2 1*2"], 9),
  ])
  func whatIsNotAsLongAsTheReadIsAnError(marks: [String], sector: Int) throws {
    let error = try #require(throws: FormatError.self) {
      try Self.evidence(marks + ["pc1 end 2 ok"])
    }
    #expect(error.byteOffset == UInt64(sector * 512 + 32))
    #expect(error.expected.contains("3 units of 512 bytes as what read #2 [0, 1536) returned"))
    #expect(error.found == (marks == ["pc1 got 2 1*2"] ? "2" : "4"))
  }

  /// Marks can claim any length, and none of it may take long.
  @Test(arguments: [
    ("0 18446744073709551104", 36_028_797_018_963_967), ("0 1073741824", 2_097_152),
  ])
  func whatIsAsLongAsNoReadIsToldAndNotJudged(range: String, unitCount: UInt64) throws {
    let marks = (3...5).flatMap {
      ["pc1 begin \($0) read \(range)", "pc1 got \($0) 0*\(unitCount)", "pc1 end \($0) ok"]
    }
    let judgement = try Self.judgement(["pc1 end 2 EIO"] + marks)
    #expect(
      judgement.unjudgedRules.first { $0.rule == .d11 }?.reason
        == "the client's reads have more than 2147483648 bytes")
    #expect(!judgement.violations.contains { $0.rule == .d11 })
  }

  @Test func atTheEndOfEverythingIsAPlaceToRead() throws {
    let read = "read 18446744073709551104 511"
    for (returned, isRight) in [("0", true), ("1", false)] {
      let judgement = try Self.judgement(
        ["pc1 end 2 EIO", "pc1 begin 3 \(read)", "pc1 got 3 \(returned)", "pc1 end 3 ok"])
      #expect(judgement.violations.contains { $0.rule == .d11 } == !isRight)
    }
  }

  @Test func moreUnitsThanCanBeCountedAreAnError() throws {
    let marks = Array(repeating: "pc1 got 2 0*18446744073709551615", count: 3)
    #expect(throws: FormatError.self) { try Self.evidence(marks + ["pc1 end 2 ok"]) }
  }

  @Test func onlyReadsReturnSomething() throws {
    #expect(throws: FormatError.self) {
      try Self.evidence(["pc1 begin 3 flush", "pc1 got 3 0", "pc1 end 3 ok"])
    }
  }

  /// Nobody knows what a discard does in a program that is not known.
  @Test func aDiscardOfAnUnknownWriterAllowsWhatWasThere() throws {
    let discard = [
      "pc1 end 2 EIO", "pc1 begin 3 discard 0 512", "pc1 end 3 ok", "pc1 begin 4 read 0 512",
    ]
    for (returned, isRight) in [("1", true), ("0", true), ("7", false)] {
      var evidence = try Self.evidence(discard + ["pc1 got 4 \(returned)", "pc1 end 4 ok"])
      let options = Judge.Options(tiers: [], seed: 1)
      #expect(Judge(options).judge(evidence).violations.contains { $0.rule == .d11 } == !isRight)
      evidence.isWriterKnown = true
      #expect(
        Judge(options).judge(evidence).violations.contains { $0.rule == .d11 } == (returned != "0"))
    }
  }
}
