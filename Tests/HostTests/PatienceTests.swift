import Glibc
import Testing

@testable import Host

@Suite struct PatienceTests {
  private static let limitNanoseconds: UInt64 = 100_000_000

  /// Whether the time is over before so much of the clock has passed.
  private func ends(
    within nanoseconds: UInt64, of processIDs: [pid_t], canRun: Bool
  ) -> Bool {
    var patience = Patience(nanoseconds: Self.limitNanoseconds)
    let end = MonotonicClock.nanoseconds + nanoseconds
    while MonotonicClock.nanoseconds < end {
      if patience.isOver(of: processIDs, canRun: canRun) { return true }
      usleep(2_000)
    }
    return false
  }

  @Test func whoSleepsHasTheTimeOfTheClock() {
    let start = MonotonicClock.nanoseconds
    #expect(ends(within: 20_000_000_000, of: [], canRun: false))
    #expect(MonotonicClock.nanoseconds - start >= Self.limitNanoseconds)
  }

  /// Sleeping stands for waiting for a processor: nothing of one is used.
  @Test func whoIsStarvedHasAllTheTime() throws {
    let process = try StartedProcess(argv: ["sleep", "60"], environment: [:])
    defer { _ = process.end() }
    #expect(!ends(within: 8 * Self.limitNanoseconds, of: [process.processID], canRun: true))
  }

  @Test func whoGoesRoundInCirclesHasWhatItUses() throws {
    let process = try StartedProcess(
      argv: ["sh", "-c", "while :; do :; done"], environment: [:])
    defer { _ = process.end() }
    let before = ProcessorTime.nanoseconds(of: process.processID)
    #expect(ends(within: 60_000_000_000, of: [process.processID], canRun: true))
    let used = ProcessorTime.nanoseconds(of: process.processID) - before
    #expect(used >= Self.limitNanoseconds / 2)
  }

  /// Who looks after a long time was away itself.
  @Test func oneLookDoesNotTakeAll() {
    var patience = Patience(nanoseconds: Self.limitNanoseconds)
    var answers: [Bool] = []
    for _ in 0..<2 {
      usleep(400_000)
      answers.append(patience.isOver(of: [], canRun: false))
    }
    #expect(answers == [false, true])
  }

  @Test func whoEndsHasUsedNothing() throws {
    let process = try StartedProcess(argv: ["true"], environment: [:])
    _ = process.end()
    #expect(ProcessorTime.nanoseconds(of: process.processID) == 0)
  }

  @Test func threadsThatCanRunAreSeen() throws {
    let busy = try StartedProcess(argv: ["sh", "-c", "while :; do :; done"], environment: [:])
    defer { _ = busy.end() }
    let idle = try StartedProcess(argv: ["sleep", "60"], environment: [:])
    defer { _ = idle.end() }
    usleep(100_000)
    #expect(ThreadStates.canRun(in: busy.processID))
    #expect(
      (0..<500).contains { _ in
        usleep(1_000)
        return !ThreadStates.canRun(in: idle.processID)
      })
  }
}
