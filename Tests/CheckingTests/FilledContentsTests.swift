import Bytes
import Checking
import CrashStates
import Rules
import Testing
import Workload

/// The promises of a client whose writes are one byte each, as those of a program are.
struct FilledContentsTests {
  private static func fill(_ byte: UInt8, _ sectorCount: Int = 1) -> [UInt8] {
    [UInt8](repeating: byte, count: 512 * sectorCount)
  }

  private static func judgement(_ recorded: RecordedCase) throws -> Judgement {
    var evidence = try recorded.evidence()
    evidence.contents = .filled
    evidence.submittedUnits = { operation in
      Array(
        repeating: Checksum.xxh3Wide(fill(UInt8(operation.identifier))),
        count: operation.range.units.count)
    }
    return Judge(Judge.Options(tiers: [.prefix, .flushedOnly, .drop(1)], seed: 1)).judge(evidence)
  }

  /// Two writes to one sector, a flush after each; what the second one left there is `data`.
  private static func overwritten(by data: [UInt8]) -> RecordedCase {
    var recorded = RecordedCase()
    recorded.operation(RecordedCase.write(1)) { $0.entry(sectorCount: 1, data: fill(1)) }
    recorded.flush(2)
    recorded.operation(RecordedCase.write(3, sector: 8)) {
      $0.entry(sector: 8, sectorCount: 1, data: fill(3))
    }
    recorded.operation(RecordedCase.write(4)) { $0.entry(sectorCount: 1, data: data) }
    recorded.flush(5)
    return recorded
  }

  @Test func whatWasWrittenIsRight() throws {
    let judgement = try Self.judgement(Self.overwritten(by: Self.fill(4)))
    #expect(judgement.violations.isEmpty)
    #expect(judgement.judgedRules.contains(.d01))
    #expect(judgement.stateCount > 5)
  }

  @Test func anotherOperationsByteIsForeign() throws {
    let violation = try #require(
      Self.judgement(Self.overwritten(by: Self.fill(3))).violations.first)
    #expect(violation.rule == .d03)
    #expect(
      violation.title.hasPrefix("byte 0 holds a unit of operation #3, "), "\(violation.title)")
  }

  @Test func twoBytesInASectorAreAMixture() throws {
    let mixture = [UInt8](repeating: 4, count: 200) + [UInt8](repeating: 1, count: 312)
    let violation = try #require(Self.judgement(Self.overwritten(by: mixture)).violations.first)
    #expect(violation.rule == .d02)
  }

  @Test func anOlderVersionIsLost() throws {
    let violation = try #require(
      Self.judgement(Self.overwritten(by: Self.fill(1))).violations.first)
    #expect(violation.rule == .d01)
    #expect(violation.title.hasPrefix("byte 0 holds write #1 "), "\(violation.title)")
  }

  // MARK: Disks that only their program can read

  @Test func nothingIsHeldAgainstAnOpaqueDisk() throws {
    // What a client wrote to a virtual disk stands anywhere in the file.
    var evidence = try Self.overwritten(by: Self.fill(0x77)).evidence()
    #expect(!SingleStateJudge(evidence).violations(in: CrashState(cut: 5)).isEmpty)
    evidence.isOpaque = true
    let judgement = Judge(Judge.Options(tiers: [.prefix, .drop(1)], seed: 1)).judge(evidence)
    #expect(judgement.violations.isEmpty)
    #expect(judgement.stateCount > 5)
    #expect(!judgement.judgedRules.contains { Rule.d01 <= $0 && $0 <= .d07 })
    #expect(judgement.judgedRules.contains(.l03))
    let reasons = judgement.unjudgedRules.filter { $0.rule == .d01 }.map(\.reason)
    #expect(
      reasons == ["only the program itself can read what its client wrote (--command)"])
    #expect(SingleStateJudge(evidence).violations(in: CrashState(cut: 5)).isEmpty)
  }
}
