import Bytes
import Checking
import CrashStates
import Rules
import Testing
import WriteLog

/// What a client wrote is what its begin mark says. The digest of an entry is a claim of whoever logged it.
@Suite struct SubmittedDataTests {
  private static let submitted = [UInt8](repeating: 0x11, count: 512)
  private static let other = [UInt8](repeating: 0x22, count: 512)
  private static let zeroes = [UInt8](repeating: 0, count: 512)

  /// One operation, its entry, and a flush; marks as text.
  private struct Case {
    var action = "write"
    /// What the client says that it wrote.
    var submitted = SubmittedDataTests.submitted
    /// What stands in the log.
    var logged = SubmittedDataTests.submitted
    /// What the entry says of it; `nil` for the truth.
    var claimed: [UInt8]?
    var isFlushed = true
    var isTwice = false

    func brokenRules() throws -> [Rule] {
      var bytes: [UInt8] = []
      var writer = LogWriter<Never>(sectorByteCount: 512, logIdentity: 3) { more, byteOffset in
        let end = Int(byteOffset) + more.count
        bytes += [UInt8](repeating: 0, count: max(0, end - bytes.count))
        bytes.replaceSubrange(Int(byteOffset)..<end, with: more)
      }
      let digest = action == "write" ? " " + Self.hex(Checksum.xxh3(submitted)) : ""
      writer.appendMark("pc1 begin 1 \(action) 0 \(logged.count)\(digest)")
      for _ in 0..<(isTwice ? 2 : 1) {
        let start = Int(writer.endByteOffset)
        writer.appendWrite(claimed ?? logged, at: 0, clientOperation: 1)
        bytes.replaceSubrange(start + 512..<start + 512 + logged.count, with: logged)
      }
      writer.appendMark("pc1 end 1 ok")
      if isFlushed {
        writer.appendMark("pc1 begin 2 flush")
        writer.appendFlush(clientOperation: 2)
        writer.appendMark("pc1 end 2 ok")
      }
      writer.finish()
      let index = try WriteLogIndex(reading: ByteRegion(bytes))
      let history = try DiskHistory(index: index, base: nil, initialByteCount: 4096)
      let evidence = try Evidence(recordedIn: index, history: history)
      return Judge(Judge.Options(tiers: [.prefix, .drop(1)], seed: 1)).judge(evidence)
        .violations.map(\.rule).sorted()
    }

    private static func hex(_ digest: UInt64) -> String {
      let digits = String(digest, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
  }

  @Test func anEntryWithWhatWasSubmittedPasses() throws {
    #expect(try Case().brokenRules() == [])
    #expect(try Case(isFlushed: false).brokenRules() == [])
  }

  /// The entry's own digest fits its bytes, so that the log alone looks right. Until the flush nobody wrote
  /// these bytes (D03), from then on others are promised (D01).
  @Test func anEntryWithOtherBytesAndAMatchingDigestBreaksL06AndD01() throws {
    #expect(try Case(logged: Self.other).brokenRules() == [.d01, .d03, .l06].sorted())
    #expect(try Case(logged: Self.zeroes).brokenRules() == [.d01, .l06].sorted())
  }

  /// Nothing is promised of it yet, and yet nobody wrote these bytes.
  @Test func anUnflushedOneBreaksL06AndD03() throws {
    #expect(try Case(logged: Self.other, isFlushed: false).brokenRules() == [.d03, .l06].sorted())
  }

  @Test func anEntryThatClaimsOtherBytesThanItHasBreaksL06() throws {
    #expect(try Case(claimed: Self.other).brokenRules() == [.l06])
    // Both the client and the entry name what should be there.
    #expect(
      try Case(logged: Self.other, claimed: Self.submitted).brokenRules()
        == [.d01, .d03, .l06].sorted())
  }

  @Test func aWriteZeroesThatClaimsOtherBytesBreaksL06() throws {
    let right = Case(action: "write-zeroes", logged: Self.zeroes)
    #expect(try right.brokenRules() == [])
    var lying = right
    lying.claimed = Self.other
    #expect(try lying.brokenRules() == [.l06])
    var wrong = right
    wrong.logged = Self.other
    #expect(try wrong.brokenRules() == [.d03, .d04, .l06].sorted())
  }

  /// The last sector of three, too; the entry's own digest fits its bytes.
  @Test func aWriteZeroesThatIsNotZeroToItsEndBreaksL06() throws {
    for last in [Self.zeroes, Self.other] {
      let rules = try Case(action: "write-zeroes", logged: Self.zeroes + Self.zeroes + last)
        .brokenRules()
      #expect(rules.contains(.l06) == (last == Self.other))
    }
  }

  /// The entry with the client's bytes counts, whichever of two is the wrong one.
  @Test func ofTwoEntriesOfAnOperationEachIsLookedAt() throws {
    #expect(try Case(isTwice: true).brokenRules() == [.l07])
    #expect(
      try Case(logged: Self.other, isTwice: true).brokenRules()
        == [.d01, .d03, .l06, .l07].sorted())
  }
}
