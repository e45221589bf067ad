import Bytes
import Testing

@testable import CrashStates

/// Which states the tiers have in which an entry takes effect out of its place, each list by hand.
@Suite struct InFlightTierTests {
  private typealias Timing = TestLog.Timing

  private static let sector = [UInt8](repeating: 0x41, count: 512)

  private static func states(
    _ log: TestLog, _ tier: Tier, areas: [[ByteRange]] = []
  ) throws -> [String] {
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
    let space = StateSpace(history, tiers: [tier], origin: .powercut, seed: 1, areas: areas)
    return StateEnumerator(space, tiers: [tier]).map { "\($0.state)" }
  }

  @Test func eachOfTwoThatOverlapMayHaveBeenFirst() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector, timing: Timing(2, 3))
    log.write(at: 0, Self.sector, timing: Timing(1, 4))
    #expect(try Self.states(log, .inFlight) == ["cut:2 early:1@0"])
  }

  /// What stands between the two in the log touches neither of them.
  @Test func theTwoNeedNotBeNeighbours() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector, timing: Timing(2, 3))
    log.write(at: 4096, Self.sector, timing: Timing(4, 5))
    log.write(at: 0, Self.sector, timing: Timing(1, 6))
    #expect(try Self.states(log, .inFlight) == ["cut:3 early:2@0"])
  }

  /// A FUA write can have persisted while all, one or none of what was still to be flushed was lost.
  @Test func anEarlyWriteIsTriedWithNothingAnythingAndEverythingLost() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector, timing: Timing(1, 2))
    log.write(at: 512, Self.sector, timing: Timing(3, 4))
    log.write(at: 1024, Self.sector, flags: TestLog.fua, timing: Timing(5, 6))
    #expect(
      try Self.states(log, .inFlight) == [
        "cut:2 early:2@2", "cut:2 lost:0 early:2@2", "cut:2 lost:1 early:2@2",
        "cut:2 lost:0,1 early:2@2",
      ])
  }

  /// The FUA write had completed when the last write was submitted: that one alone cannot be there.
  @Test func whatCameAfterAFUAWriteIsNotEarlyWithoutIt() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector, timing: Timing(1, 2))
    log.flush(timing: Timing(5, 10))
    log.write(at: 512, Self.sector, flags: TestLog.fua, timing: Timing(6, 7))
    log.write(at: 1024, Self.sector, timing: Timing(8, 11))
    #expect(
      try Self.states(log, .inFlight) == [
        "cut:1 early:2@1", "cut:1 lost:0 early:2@1", "cut:2 early:2@2",
      ])
    // Nor in the tier that has every state: neither of the two, the FUA write, or both.
    let early = try Self.states(log, .all).filter { $0.hasPrefix("cut:1 ") && !$0.contains("lost") }
    #expect(early == ["cut:1 early:2@1", "cut:1 early:2@1,3@1"])
  }

  /// dm-log-writes lists a FUA write at once: it persisted right where it stands, and no earlier.
  @Test func onLinuxAFUAWriteHasItsPlace() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector)
    log.write(at: 0, Self.sector, flags: TestLog.fua)
    log.write(at: 0, Self.sector)
    let order = try DiskHistory(index: log.index, base: nil, initialByteCount: nil)
      .inFlightOrder(.linux)
    #expect(order.allows(EarlyEntry(entryIndex: 1, beforeEntryIndex: 1)))
    #expect(!order.allows(EarlyEntry(entryIndex: 1, beforeEntryIndex: 0)))
    #expect(order.allows(EarlyEntry(entryIndex: 2, beforeEntryIndex: 0)))
  }

  /// The tier that loses all but FUA writes has a state right after each, and nowhere else.
  @Test func fuaOnlyIsBehindEachFUAWrite() throws {
    var log = TestLog()
    log.write(at: 0, Self.sector)
    log.write(at: 512, Self.sector, flags: TestLog.fua)
    log.write(at: 1024, Self.sector)
    #expect(try Self.states(log, .fuaOnly) == ["cut:2 lost:0"])
  }

  /// What touches the first area is lost first, then the second's, then the rest in the log's order; the
  /// entries of a state are ascending all the same.
  @Test func theMostImportantAreasAreLostFirst() throws {
    var log = TestLog()
    for place in 0..<4 { log.write(at: place * 512, Self.sector) }
    func area(_ place: UInt64) -> [ByteRange] {
      [ByteRange(byteOffset: place * 512, byteCount: 512)]
    }
    let states = try Self.states(log, .drop(2), areas: [area(2), area(1)])
      .filter { $0.hasPrefix("cut:4 ") }
    #expect(
      states == [
        "cut:4 lost:2", "cut:4 lost:1", "cut:4 lost:0", "cut:4 lost:3", "cut:4 lost:1,2",
        "cut:4 lost:0,2", "cut:4 lost:2,3", "cut:4 lost:0,1", "cut:4 lost:1,3", "cut:4 lost:0,3",
      ])
  }

  /// Entries that say that they took no time are no call, however many there are.
  @Test func equalTimesThatAreNoTimeMakeNoCall() throws {
    var log = TestLog()
    for place in 0..<3 { log.write(at: place * 512, Self.sector, timing: Timing(7, 7)) }
    #expect(try Self.states(log, .prefix) == ["cut:0", "cut:1", "cut:2", "cut:3"])
  }

  /// A coin for each unit, the last one among them.
  @Test func aMixtureCanKeepTheLastUnit() {
    let range = ByteRange(byteOffset: 0, byteCount: 4096)
    let ends = (0..<64).map { seed in
      Tear(entryIndex: 0, unitByteCount: 512, shape: .mixture(seed)).keptRanges(of: range).last?
        .endByteOffset
    }
    #expect(ends.contains(4096))
    #expect(ends.contains { $0 != 4096 })
  }
}
