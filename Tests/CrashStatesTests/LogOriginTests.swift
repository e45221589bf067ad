import Bytes
import Testing
import WriteLog

@testable import CrashStates

/// Who wrote a log decides what may have taken effect before its place.
@Suite struct LogOriginTests {
  private static func unit(_ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: 512) }

  /// As dm-log-writes has it: the FUA write 1 is listed at once, the plain writes 2 and 3 only when the
  /// flush 4 completes, though 2 and 3 may have completed before 1.
  private static func linux() -> TestLog {
    var log = TestLog()
    log.write(at: 0, unit(1))
    log.write(at: 4096, unit(2), flags: TestLog.fua)
    log.write(at: 512, unit(3))
    log.discard(0..<512)
    log.flush()
    log.write(at: 1024, unit(4))
    return log
  }

  private static func states(
    _ log: TestLog, _ tiers: [Tier], _ origin: LogOrigin
  ) throws -> [String] {
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8192)
    let space = StateSpace(history, tiers: tiers, origin: origin, seed: 1)
    return try StateEnumerator(space, tiers: tiers).map { _, state in
      try history.check(state, origin: origin)
      return "\(state)"
    }
  }

  @Test func onLinuxPlainWritesBehindAFUAEntryMayHavePersistedBeforeIt() throws {
    let states = try Self.states(Self.linux(), [.inFlight], .linux)
    #expect(
      states == [
        "cut:1 early:1@1", "cut:1 lost:0 early:1@1", "cut:1 early:2@1", "cut:1 lost:0 early:2@1",
        "cut:1 early:3@1", "cut:1 lost:0 early:3@1",
      ])
    // Before the FUA entry any of the three may be there, and the first write may be lost.
    let all = try Self.states(Self.linux(), [.all], .linux).filter { $0.hasPrefix("cut:1") }
    #expect(all.count == 2 * 8)
    #expect(all.last == "cut:1 lost:0 early:1@1,2@1,3@1")
  }

  /// Nothing after a flush was before it, and what stands after no FUA entry is in its place.
  @Test func onLinuxAFlushIsABorder() throws {
    let history = try DiskHistory(index: Self.linux().index, base: nil, initialByteCount: 8192)
    for text in ["cut:1 early:5@1", "cut:4 early:5@4"] {
      #expect(throws: CrashStateError.self) {
        try history.check(CrashState(parsing: text), origin: .linux)
      }
    }
    var log = TestLog()
    log.write(at: 0, Self.unit(1))
    log.flush()
    log.write(at: 512, Self.unit(2))
    #expect(try Self.states(log, [.inFlight], .linux).isEmpty)
  }

  /// The flush of a FLUSH with data comes before the data: nothing makes that persist alone.
  @Test(arguments: [LogOrigin.linux, .powercut])
  func aFlushWithDataIsNotEarly(origin: LogOrigin) throws {
    var log = TestLog()
    log.write(at: 0, Self.unit(1), timing: .init(1, 2))
    log.write(
      at: 4096, Self.unit(2), flags: TestLog.flush | TestLog.fua, timing: .init(3, 4))
    log.write(at: 512, Self.unit(3), timing: .init(5, 6))
    #expect(try Self.states(log, [.inFlight], origin).isEmpty)
    // Two of the first write, and of the last.
    #expect(try Self.states(log, [.all], origin).count == 1 + 2 + 1 + 2)
    let history = try DiskHistory(index: log.index, base: nil, initialByteCount: 8192)
    #expect(throws: CrashStateError.self) {
      try history.check(CrashState(parsing: "cut:1 lost:0 early:1@1"), origin: origin)
    }
  }

  @Test(arguments: [LogOrigin.qemu, .unknown])
  func aLogThatDoesNotTellHasNoEarlyEntries(origin: LogOrigin) throws {
    #expect(try Self.states(Self.linux(), [.inFlight], origin).isEmpty)
    // 1 + 2 + 2 + 4 + 8 before the flush, 1 after it and 2 at the end.
    #expect(try Self.states(Self.linux(), [.all], origin).count == 20)
    let history = try DiskHistory(index: Self.linux().index, base: nil, initialByteCount: 8192)
    #expect(throws: CrashStateError.self) {
      try history.check(CrashState(parsing: "cut:1 early:2@1"), origin: origin)
    }
    // Nobody said who wrote it: nothing is taken to have been early.
    #expect(throws: CrashStateError.self) {
      try history.check(CrashState(parsing: "cut:1 early:2@1"))
    }
  }

  @Test func powercutIsRecognizedByTheExtension() throws {
    #expect(try LogOrigin(recognizing: TestLog.inFlight(seed: 1, entryCount: 9).index) == .powercut)
    #expect(try LogOrigin(recognizing: Self.linux().index) == .unknown)
    #expect(try LogOrigin(recognizing: TestLog().index) == .unknown)
  }

  /// An entry without an extension in a log that has some was in flight with nothing.
  @Test func anEntryWithoutTimesIsInItsPlace() throws {
    var log = TestLog()
    log.write(at: 0, Self.unit(1), timing: .init(1, 9))
    log.write(at: 0, Self.unit(2))
    log.write(at: 0, Self.unit(3), timing: .init(2, 10))
    let states = try Self.states(log, [.inFlight], .powercut)
    #expect(states.isEmpty, "\(states)")
  }

  @Test func whatALogDoesNotTellIsSaid() {
    #expect(LogOrigin.powercut.blindSpots.isEmpty)
    for origin in [LogOrigin.linux, .qemu, .unknown] { #expect(!origin.blindSpots.isEmpty) }
    #expect(LogOrigin.allCases.map(\.rawValue) == ["powercut", "linux", "qemu", "unknown"])
  }
}
