import Host
import TestSupport
import Testing

@Suite struct ChildProcessTests {
  private func run(
    _ argv: String..., input: [UInt8]? = nil, timeLimit: Duration? = .seconds(60)
  ) throws -> ChildProcess.Outcome {
    try ChildProcess.run(argv: argv, input: input, timeLimit: timeLimit)
  }

  @Test func outputErrorsAndStatusAreKeptApart() throws {
    let outcome = try run("sh", "-c", "echo result; echo trouble >&2; exit 7")
    #expect(outcome.status == .exited(7))
    #expect(outcome.outputText == "result\n")
    #expect(outcome.errorText == "trouble\n")
  }

  /// Commands are started by the ten thousand. Waiting for a moment beyond the end of each was most of their
  /// time.
  @Test func aProgramThatEndsAtOnceIsNotWaitedFor() throws {
    let shortest = try (0..<20).map { _ in
      let start = MonotonicClock.nanoseconds
      _ = try run("true")
      return MonotonicClock.nanoseconds - start
    }.min()
    #expect(try #require(shortest) < 15_000_000)
  }

  @Test func deathBySignalIsNoExit() throws {
    #expect(try run("sh", "-c", "kill -9 $$").status == .signalled(9))
  }

  @Test func argumentsReachTheProgramAsTheyAre() throws {
    let outcome = try run("printf", "%s|", "a b", "$HOME", "*", "")
    #expect(outcome.outputText == "a b|$HOME|*||")
  }

  @Test func moreThanAPipeHoldsGoesBothWays() throws {
    let input = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let outcome = try run("tee", "/dev/stderr", input: input)
    #expect(outcome.status == .exited(0))
    #expect(outcome.output == input)
    #expect(outcome.errors == input)
  }

  @Test func ofAFloodOnlyTheEndIsKept() throws {
    let outcome = try ChildProcess.run(
      argv: ["sh", "-c", "yes flood | head -c 20000000; echo last; echo trouble >&2"],
      timeLimit: .seconds(60), keptByteCount: 100)
    #expect(outcome.output.count == 100)
    #expect(outcome.outputText.hasSuffix("last\n"))
    #expect(outcome.errorText == "trouble\n")
  }

  @Test func aFloodDoesNotFillTheMemory() async {
    await #expect(processExitsWith: .success) {
      let before = try #require(PeakMemory.bytes)
      let outcome = try ChildProcess.run(
        argv: ["head", "-c", "300M", "/dev/zero"], timeLimit: .seconds(60), keptByteCount: 1000)
      #expect(outcome.output.count == 1000)
      #expect(try #require(PeakMemory.bytes) - before < 100 << 20)
    }
  }

  @Test func whatNobodyWantsAnyMoreIsKilledWithItsGroup() throws {
    let start = MonotonicClock.nanoseconds
    let outcome = try ChildProcess.run(
      argv: ["sh", "-c", "sleep 60 & echo $!; wait"], timeLimit: .seconds(60),
      isWanted: { MonotonicClock.nanoseconds - start < 300_000_000 })
    #expect(outcome.status == .signalled(9))
    #expect(MonotonicClock.nanoseconds - start < 20_000_000_000)
    try expectGone(outcome.outputText)
  }

  @Test func inputThatNobodyReadsIsNoError() throws {
    let outcome = try run("true", input: [UInt8](repeating: 1, count: 1_000_000))
    #expect(outcome.status == .exited(0))
  }

  @Test func withoutInputTheProgramReadsNothing() throws {
    #expect(try run("cat").output.isEmpty)
  }

  @Test func atTheTimeLimitTheWholeGroupIsKilled() throws {
    let start = MonotonicClock.nanoseconds
    let outcome = try run(
      "sh", "-c", "sleep 60 & echo $!; wait", timeLimit: .milliseconds(300))
    #expect(outcome.status == .timedOut)
    #expect(MonotonicClock.nanoseconds - start < 20_000_000_000)
    try expectGone(outcome.outputText)
  }

  @Test func aProgramThatClosedItsOutputsStillHasATimeLimit() throws {
    let outcome = try run("sh", "-c", "exec >&- 2>&-; sleep 60", timeLimit: .milliseconds(300))
    #expect(outcome.status == .timedOut)
  }

  @Test func whatAProgramLeavesRunningDoesNotHoldUsUp() throws {
    let start = MonotonicClock.nanoseconds
    let outcome = try run("sh", "-c", "sleep 60 & echo $!")
    #expect(outcome.status == .exited(0))
    #expect(MonotonicClock.nanoseconds - start < 20_000_000_000)
    try expectGone(outcome.outputText)
  }

  @Test func missingProgramIsNamed() {
    let error = #expect(throws: HostError.self) { try run("no-such-program-here") }
    #expect(error?.subject == "no-such-program-here")
    #expect(error?.description.contains("No such file or directory") == true)
  }

  @Test func missingWorkingDirectoryIsNamed() {
    let error = #expect(throws: HostError.self) {
      try ChildProcess.run(argv: ["true"], workingDirectory: "/no/such/folder")
    }
    #expect(error?.hint.contains("/no/such/folder") == true)
  }

  @Test func environmentAndFolderAreSet() throws {
    let folder = try TemporaryFolder()
    let outcome = try ChildProcess.run(
      argv: ["sh", "-c", "pwd; echo $POWERCUT_TEST; echo ${PATH:+inherited}"],
      environment: ["POWERCUT_TEST": "here"], workingDirectory: folder.path)
    #expect(outcome.outputText == "\(folder.path)\nhere\ninherited\n")
  }

  @Test func brokenPipesEndTheProgramAsUsual() throws {
    let outcome = try run("bash", "-c", "set -o pipefail; yes | head -c 2")
    // 128 + SIGPIPE: we ignore the signal, what we start does not.
    #expect(outcome.status == .exited(141))
  }

  @Test func manyAtOnceDoNotHoldEachOthersPipes() async throws {
    try await withThrowingTaskGroup(of: String.self) { group in
      for number in 0..<16 {
        group.addTask {
          try ChildProcess.run(
            argv: ["cat"], input: Array("\(number)".utf8), timeLimit: .seconds(60)
          ).outputText
        }
      }
      let texts = try await group.reduce(into: []) { $0.append($1) }
      #expect(texts.sorted() == (0..<16).map { "\($0)" }.sorted())
    }
  }

  /// Waits until the process with this number has gone, as a kill takes a moment.
  private func expectGone(_ processID: String) throws {
    let processID = processID.split(separator: "\n").joined()
    #expect(!processID.isEmpty)
    let outcome = try run(
      "sh", "-c",
      """
      for try in $(seq 200); do
        state=$(cut -d ' ' -f 3 /proc/\(processID)/stat 2>/dev/null)
        if [ -z "$state" ] || [ "$state" = Z ]; then exit 0; fi
        sleep 0.05
      done
      exit 1
      """)
    #expect(outcome.status == .exited(0))
  }
}
