import Bytes
import Testing
import WriteLog

@testable import CrashStates

/// One call of a program can be several entries; a tier has it whole or names what is lost of it.
@Suite struct OneCallTests {
  private typealias Timing = TestLog.Timing

  private static let sector = [UInt8](repeating: 0x41, count: 512)

  /// Three appends of 512 bytes, the length before the data each time; two entries a call.
  private static func appends(flags: UInt64 = 0) -> TestLog {
    var log = TestLog()
    for place in 0..<3 {
      let timing = Timing(UInt64(2 * place + 1), UInt64(2 * place + 2))
      log.size(512 * (place + 1), timing: timing)
      log.write(at: 512 * place, sector, flags: flags, timing: timing)
    }
    return log
  }

  private static func history(_ log: TestLog) throws -> DiskHistory {
    try DiskHistory(index: log.index, base: nil, initialByteCount: 0)
  }

  private static func states(_ log: TestLog, _ tier: Tier) throws -> [String] {
    let space = StateSpace(try history(log), tiers: [tier], origin: .powercut, seed: 1)
    let states = StateEnumerator(space, tiers: [tier]).map { "\($0.state)" }
    #expect(space.counts(of: [tier]) == [UInt64(states.count)])
    return states
  }

  @Test(arguments: [Tier.prefix, .random(1000), .all])
  func noTierCutsACallInTwo(tier: Tier) throws {
    let cuts = Set(try Self.states(Self.appends(), tier).map { $0.split(separator: " ")[0] })
    #expect(cuts == ["cut:0", "cut:2", "cut:4", "cut:6"])
  }

  @Test func theLengthWithoutTheDataIsALoss() throws {
    let states = try Self.states(Self.appends(), .drop(1))
    #expect(
      states == [
        "cut:2 lost:0", "cut:2 lost:1", "cut:4 lost:0", "cut:4 lost:1", "cut:4 lost:2",
        "cut:4 lost:3", "cut:6 lost:0", "cut:6 lost:1", "cut:6 lost:2", "cut:6 lost:3",
        "cut:6 lost:4", "cut:6 lost:5",
      ])
    let history = try Self.history(Self.appends())
    let lost = try CrashState(parsing: "cut:2 lost:1")
    #expect(history.byteCount(of: lost) == 512)
    #expect(
      history.bytes(history.contents(ofUnit: 0, in: lost)) == [UInt8](repeating: 0, count: 512))
    #expect(
      history.description(ofLosing: 1, among: [1])
        == "the length is there (512 bytes, entry 0 of the same call), the data is not")
    #expect(history.description(ofLosing: 0, among: [0]) == nil)
    // With its length nothing of it is left.
    #expect(history.description(ofLosing: 1, among: [0, 1]) == nil)
  }

  /// The cut itself can still be asked for.
  @Test func aCutWithinACallIsAState() throws {
    try Self.history(Self.appends()).check(CrashState(cut: 1))
  }

  /// A program that changes the length in a call of its own can be interrupted before it writes.
  @Test func twoCallsAreTwoOperations() throws {
    var log = TestLog()
    log.size(512, timing: Timing(1, 2))
    log.write(at: 0, Self.sector, timing: Timing(3, 4))
    #expect(try Self.states(log, .prefix) == ["cut:0", "cut:1", "cut:2"])
    #expect(try Self.history(log).description(ofLosing: 1, among: [1]) == nil)
  }

  /// Punching a hole is zeroes up to a sector, a discard, and zeroes from there: one call.
  @Test func threePartsOfACallAreOneOperation() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector, timing: Timing(1, 2))
    log.write(at: 0, Self.sector, timing: Timing(3, 4))
    log.discard(512..<1024, timing: Timing(3, 4))
    log.write(at: 1024, Self.sector, timing: Timing(3, 4))
    log.flush(timing: Timing(5, 6))
    #expect(try Self.states(log, .prefix) == ["cut:0", "cut:1", "cut:4", "cut:5"])
  }

  @Test func entriesWithoutTimesAreCallsOfTheirOwn() throws {
    var log = TestLog()
    log.size(512)
    log.write(at: 0, Self.sector)
    #expect(try Self.states(log, .prefix) == ["cut:0", "cut:1", "cut:2"])
  }

  // MARK: Durable lengths

  @Test func theLengthOfAFUAWriteIsDurableWithIt() throws {
    let log = Self.appends(flags: TestLog.fua)
    #expect(try Self.history(log).epoch(atCut: 6).optionalEntryIndices == [])
    #expect(try Self.states(log, .drop(1)) == [])
    #expect(try Self.states(log, .random(9)) == ["cut:0", "cut:2", "cut:4", "cut:6"])
    #expect(throws: CrashStateError.self) {
      try Self.history(log).check(CrashState(cut: 6, lost: [0]))
    }
  }

  /// What ftruncate did before is no part of the FUA write that follows.
  @Test func anEarlierChangeOfTheLengthIsNot() throws {
    var log = TestLog()
    log.size(4096, timing: Timing(1, 2))
    log.write(at: 0, Self.sector, flags: TestLog.fua, timing: Timing(3, 4))
    #expect(try Self.history(log).epoch(atCut: 2).optionalEntryIndices == [0])
  }

  /// A write that was in flight with a FUA append may have persisted before it did: at the cut before
  /// the append, since there is none within.
  @Test func whatAFUAAppendLetsComeEarlyComesBeforeItsCall() throws {
    var log = TestLog()
    log.size(1024, timing: Timing(2, 3))
    log.write(at: 512, Self.sector, flags: TestLog.fua, timing: Timing(2, 3))
    log.write(at: 0, Self.sector, timing: Timing(1, 4))
    let states = try Self.states(log, .inFlight)
    #expect(states.contains("cut:0 early:2@0"), "\(states)")
    #expect(states.contains("cut:0 early:1@0"), "\(states)")
    #expect(!states.contains { $0.hasPrefix("cut:1") }, "\(states)")
  }

  // MARK: Several files

  @Test func jointStatesHaveNoCutWithinACall() throws {
    let history = try JointCase.replacedByOneCall.recording()
    let states = StateEnumerator(StateSpace(history, tiers: [.prefix], seed: 1), tiers: [.prefix])
    #expect(states.map(\.state.cut) == [0, 1, 2, 3, 5, 6, 7, 8])
    #expect(StateSpace(history, tiers: [.prefix], seed: 1).counts(of: [.prefix]) == [8])
    let lost = try history.state(parsing: "cut:5 lost:config.tmp:1")
    #expect(
      history.descriptions(ofLossesIn: lost) == [
        "entry 1 of config.tmp is lost: the length is there (512 bytes, entry 0 of the same call), "
          + "the data is not"
      ])
  }

  // MARK: Torn writes

  /// A disk with sectors of 4096 bytes writes them whole.
  @Test(arguments: [(512, "512"), (4096, "4096")])
  func theUnitOfATearIsTheSectorOfTheLog(sectorByteCount: Int, unit: String) throws {
    var log = TestLog(sectorByteCount: sectorByteCount)
    log.write(at: 0, [UInt8](repeating: 1, count: 8192))
    let units = Set(try Self.states(log, .torn(nil)).map { $0.split(separator: ":")[3] })
    #expect(units == [Substring(unit)])
    #expect(try !Self.states(log, .torn(512)).isEmpty)
  }

  @Test func aWriteOfOneSectorIsNotTorn() throws {
    var log = TestLog(sectorByteCount: 4096)
    log.write(at: 0, [UInt8](repeating: 1, count: 4096))
    #expect(try Self.states(log, .torn(nil)) == [])
    #expect(try Self.states(log, .torn(512)).count == 10)
  }
}

extension JointCase {
  /// ``replaced`` whose growing write is one call: lines 3 and 4.
  static var replacedByOneCall: JointCase {
    var log = TestLog()
    log.size(512, timing: .init(5, 6))
    log.write(at: 0, Array(sector("replaced").utf8), timing: .init(5, 6))
    log.flush(timing: .init(7, 8))
    var joint = replaced
    joint.files[1].log = log
    return joint
  }
}
