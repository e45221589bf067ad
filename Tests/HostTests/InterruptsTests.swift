import Glibc
import Host
import Testing

@Suite struct InterruptsTests {
  /// Sends this process a signal and waits until it is noted.
  ///
  /// To the process, not to the thread: the threads of Swift's pool block these signals.
  @Sendable private static func interrupt(_ number: Int32) {
    kill(getpid(), number)
    for _ in 0..<10_000 where !Interrupts.isRequested { usleep(1000) }
  }

  @Test func theFirstInterruptIsOnlyNoted() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupts.install()
      let before = Interrupts.isRequested
      Self.interrupt(SIGINT)
      exit(!before && Interrupts.isRequested ? 7 : 8)
    }
  }

  @Test func theFirstTerminationIsOnlyNoted() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupts.install()
      Self.interrupt(SIGTERM)
      exit(Interrupts.isRequested ? 7 : 8)
    }
  }

  @Test func theSecondSignalEndsTheProcessWith130() async {
    await #expect(processExitsWith: .exitCode(130)) {
      Interrupts.install()
      Self.interrupt(SIGINT)
      kill(getpid(), SIGINT)
      sleep(10)
      exit(8)
    }
  }

  @Test func aHangUpIsNotedAsWell() async {
    await #expect(processExitsWith: .exitCode(7)) {
      Interrupts.install()
      Self.interrupt(SIGHUP)
      exit(Interrupts.isRequested ? 7 : 8)
    }
  }

  /// A loop that asks nobody is ended with what is known until then, and what it has made goes.
  @Test func whatDoesNotEndByItselfHasItsLastWords() async {
    let result = await #expect(
      processExitsWith: .exitCode(1), observing: [\.standardOutputContent]
    ) {
      let folder = try TemporaryFolder()
      Interrupts.install()
      Interrupts.setLastWords { _ in
        try? StandardStreams.writeResult("so far\n")
        return 1
      }
      try StandardStreams.writeResult("\(folder.path)\n")
      kill(getpid(), SIGTERM)
      while true { usleep(1000) }
    }
    let lines = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.last == "so far")
    #expect(!lines.isEmpty && !Folders.exists(String(lines[0])))
  }

  @Test func lastWordsAreNotSaidWhereTheResultIsBeingPrinted() async {
    let result = await #expect(
      processExitsWith: .exitCode(130), observing: [\.standardOutputContent]
    ) {
      Interrupts.install()
      Interrupts.setLastWords { _ in
        try? StandardStreams.writeResult("twice\n")
        return 1
      }
      Interrupts.claimEnd()
      kill(getpid(), SIGINT)
      while true { usleep(1000) }
    }
    let text = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    #expect(!text.contains("twice"))
  }
}
