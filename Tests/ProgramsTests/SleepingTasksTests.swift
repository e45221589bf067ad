import Glibc
import Host
import Testing

@testable import Programs

@Suite struct SleepingTasksTests {
  @Test func aProgramThatWaitsIsAsleepTwice() throws {
    let process = try StartedProcess(argv: ["sleep", "60"], environment: [:])
    defer { _ = process.end() }
    try #require(Self.rests(process.processID))
  }

  @Test func aProgramThatComputesNeverRests() throws {
    let process = try StartedProcess(
      argv: ["sh", "-c", "while :; do :; done"], environment: [:])
    defer { _ = process.end() }
    usleep(20_000)
    for _ in 0..<50 {
      let one = SleepingTasks(of: process.processID)
      let other = SleepingTasks(of: process.processID)
      #expect(!(one.areAllAsleep && one == other))
    }
  }

  @Test func aChildThatComputesKeepsItsParentFromResting() throws {
    let process = try StartedProcess(
      argv: ["sh", "-c", "(while :; do :; done) & wait"], environment: [:])
    defer { _ = process.end() }
    usleep(50_000)
    for _ in 0..<50 {
      let one = SleepingTasks(of: process.processID)
      let other = SleepingTasks(of: process.processID)
      #expect(!(one.areAllAsleep && one == other))
    }
  }

  @Test func aProgramThatWokeInBetweenIsSeen() throws {
    // Asleep at nearly every look, but not the same sleep.
    let process = try StartedProcess(
      argv: ["sh", "-c", "while :; do sleep 0.001; done"], environment: [:])
    defer { _ = process.end() }
    usleep(50_000)
    let one = SleepingTasks(of: process.processID)
    usleep(50_000)
    #expect(one != SleepingTasks(of: process.processID))
  }

  @Test func whoCanRunIsToldFromWhoSleeps() throws {
    let busy = try StartedProcess(
      argv: ["sh", "-c", "(while :; do :; done) & wait"], environment: [:])
    defer { _ = busy.end() }
    let idle = try StartedProcess(argv: ["sleep", "60"], environment: [:])
    defer { _ = idle.end() }
    try #require(Self.rests(idle.processID))
    usleep(50_000)
    let (one, other) = (SleepingTasks(of: busy.processID), SleepingTasks(of: idle.processID))
    #expect(one.canRun)
    #expect(!other.canRun)
    #expect(one.processIDs.count == 2 && one.processIDs.first == busy.processID)
    #expect(other.processIDs == [idle.processID])
  }

  /// Within a second.
  private static func rests(_ processID: pid_t) -> Bool {
    for _ in 0..<1000 {
      let one = SleepingTasks(of: processID)
      if one.areAllAsleep, one == SleepingTasks(of: processID) { return true }
      usleep(1_000)
    }
    return false
  }
}
