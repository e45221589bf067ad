import Glibc

/// A program that was started and is waited for.
final class RunningChild {
  private let processID: pid_t
  /// `nil`: for ever.
  private var patience: Patience?
  private let isWanted: () -> Bool
  private var wasLate = false
  /// Readable once the program has ended; -1 where the system has no such thing.
  let endDescriptor: Int32
  /// Whether ``ChildWatch`` knows of the group. Of one that ends at once it need not.
  private var isWatched: Bool
  private var nextLook: UInt64

  /// Between two looks at whether the time is over.
  private static let lookNanoseconds: UInt64 = 10_000_000

  init(
    processID: pid_t, patience: Patience?, isWatched: Bool = true,
    isWanted: @escaping () -> Bool = { true }
  ) {
    self.processID = processID
    self.patience = patience
    self.isWatched = isWatched
    self.isWanted = isWanted
    endDescriptor = GNUFunctions.processDescriptor(processID)
    nextLook = MonotonicClock.nanoseconds + Self.lookNanoseconds
  }

  deinit { if endDescriptor >= 0 { _ = close(endDescriptor) } }

  /// Whether the program itself has ended; what it started may still run.
  var hasEnded: Bool {
    var information = unsafe siginfo_t()
    // WNOWAIT leaves the process to be reaped, so that its group's number stays taken.
    let outcome = SystemCall.retrying {
      unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOHANG | WNOWAIT)
    }
    return unsafe outcome != 0 || information.si_signo == SIGCHLD
  }

  /// Kills the group once the time is over, or once nobody wants the outcome any more; says whether
  /// that is so.
  func killIfOver() -> Bool {
    let now = MonotonicClock.nanoseconds
    if now < nextLook { return false }
    nextLook = now + Self.lookNanoseconds
    if !isWatched {
      ChildWatch.began(processID)
      isWatched = true
    }
    let isLate =
      patience?.isOver(of: [processID], canRun: ThreadStates.canRun(in: processID)) ?? false
    guard isLate || !isWanted() else { return false }
    if !hasEnded {
      wasLate = isLate
      _ = kill(-processID, SIGKILL)
    }
    return true
  }

  /// Waits for the end, kills what is left of the group, and says how it ended.
  func finish() -> ChildProcess.Status {
    var waitMicroseconds: UInt32 = 200
    while !hasEnded, !killIfOver() {
      if endDescriptor >= 0 {
        var look = pollfd(fd: endDescriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&look, 1, 20)
      } else {
        usleep(waitMicroseconds)
        waitMicroseconds = min(waitMicroseconds * 2, 20_000)
      }
    }
    var information = unsafe siginfo_t()
    _ = SystemCall.retrying {
      unsafe waitid(P_PID, id_t(processID), &information, WEXITED | WNOWAIT)
    }
    _ = kill(-processID, SIGKILL)
    Leftovers.remove(group: processID, isWatched: isWatched)
    var status: Int32 = 0
    _ = SystemCall.retrying { unsafe waitpid(processID, &status, 0) }
    if wasLate { return .timedOut }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }
}

/// What the threads of a process do.
enum ThreadStates {
  /// Whether any of them is running, or waits for a processor.
  static func canRun(in processID: pid_t) -> Bool {
    let folder = "/proc/\(processID)/task"
    return ((try? Folders.names(in: folder)) ?? []).contains { thread in
      // `4711 (any name) R …`, and a name may have spaces and brackets.
      let text = try? InputFile.text("\(folder)/\(thread)/stat")
      return text?.split(separator: ")").last?.first { $0 != " " } == "R"
    }
  }
}
