import Glibc
import Synchronization

/// The user's wish to stop: SIGINT (Ctrl-C) and SIGTERM.
///
/// The first one is only noted, so that a run can end in order and write its partial report. The
/// second one ends the process at once.
public enum Interrupts {
  /// The exit status of an interrupted run.
  public static let exitStatus: Int32 = 130

  private static let signalCount = Atomic<Int>(0)

  /// Whether a signal has come since ``install()``.
  public static var isRequested: Bool { signalCount.load(ordering: .relaxed) > 0 }

  /// Returns when a signal has come.
  public static func wait() {
    while !isRequested { usleep(50_000) }
  }

  /// Takes the two signals over, and lets writes past a file-size limit fail instead of ending the
  /// process.
  public static func install() {
    // The counter is made here: its first use must not be inside of the handler.
    signalCount.store(0, ordering: .relaxed)
    var action = sigaction()
    action.sa_flags = SA_RESTART
    unsafe action.__sigaction_handler.sa_handler = { _ in
      if Interrupts.signalCount.add(1, ordering: .relaxed).oldValue > 0 {
        _exit(Interrupts.exitStatus)
      }
    }
    _ = unsafe sigaction(SIGINT, &action, nil)
    _ = unsafe sigaction(SIGTERM, &action, nil)
    _ = signal(SIGXFSZ, SIG_IGN)
    _ = SystemCall.ignoreBrokenPipes
  }
}
