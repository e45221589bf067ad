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
}
