import Glibc
import Synchronization

/// The user's wish to stop: SIGINT (Ctrl-C), SIGTERM and SIGHUP.
///
/// The signal is noted, so that a run can end in order and write its report. A thread of its own watches
/// over that: what has not ended after a second is ended by it, with what the command has left as its last
/// words, and nothing stays behind (``Leftovers``). So no loop has to ask, and one that does ends better. A
/// second signal, when it is no echo of the first, ends the process at once.
package enum Interrupts {
  /// The exit status of an interrupted run.
  package static let exitStatus: Int32 = 130
  /// That of one which could not finish.
  private static let faultStatus: Int32 = 2

  /// How long a run has to end by itself.
  private static let graceMilliseconds = 1_100
  /// `timeout` sends its signal to the process and to its group: two signals, one wish.
  private static let echoMilliseconds = 400

  /// What ends a run that does not end by itself.
  package enum Ending: Sendable {
    case signal
    /// Memory that belongs to a file cannot be had: a sentence without its full stop.
    case fault(String)
  }

  enum Notice: UInt8 {
    case wish = 1
    case fault = 2
  }

  private static let signalCount = Atomic<Int>(0)
  private static let noticePipe = Atomic<Int32>(-1)
  private static let isEndClaimed = Atomic<Bool>(false)
  private static let lastWords = Mutex<(@Sendable (Ending) -> Int32)?>(nil)

  /// Whether a signal has come since ``install()``.
  package static var isRequested: Bool { signalCount.load(ordering: .relaxed) > 0 }

  /// Returns when a signal has come.
  package static func wait() {
    while !isRequested { usleep(50_000) }
  }

  /// What is still said where the run cannot end by itself; returns the exit status. To be replaced as often
  /// as there is more to say. It runs on another thread.
  package static func setLastWords(_ words: @escaping @Sendable (Ending) -> Int32) {
    lastWords.withLock { $0 = words }
  }

  /// To be called before the final result is printed: from then on no last words are. Does not return where
  /// they were said already.
  package static func claimEnd() {
    if !takeEnd() { Leftovers.stopHere() }
  }

  private static func takeEnd() -> Bool {
    isEndClaimed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing)
      .exchanged
  }

  /// Takes the signals over, and lets writes past a file-size limit fail instead of ending the process.
  package static func install() {
    // The counter is made here: its first use must not be inside of the handler.
    signalCount.store(0, ordering: .relaxed)
    isEndClaimed.store(false, ordering: .relaxed)
    _ = signal(SIGXFSZ, SIG_IGN)
    _ = SystemCall.ignoreBrokenPipes
    guard startWatch() else { return }
    MappingFaults.install()
    var action = sigaction()
    action.sa_flags = SA_RESTART
    unsafe action.__sigaction_handler.sa_handler = { _ in
      Interrupts.signalCount.add(1, ordering: .relaxed)
      Interrupts.notify(.wish)
    }
    for number in [SIGINT, SIGTERM, SIGHUP] where number != SIGHUP || !isIgnored(SIGHUP) {
      _ = unsafe sigaction(number, &action, nil)
    }
  }

  /// `nohup` wants nothing to happen.
  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// Safe in a signal handler.
  static func notify(_ notice: Notice) {
    let keptErrorNumber = errno
    var byte = notice.rawValue
    _ = unsafe write(noticePipe.load(ordering: .relaxed), &byte, 1)
    errno = keptErrorNumber
  }

  private static func startWatch() -> Bool {
    var ends: [Int32] = [-1, -1]
    guard GNUFunctions.pipe(&ends) == 0 else { return false }
    let readEnd = ends[0]
    noticePipe.store(ends[1], ordering: .relaxed)
    return (try? Thread { watch(readEnd) }) != nil
  }

  // MARK: The thread that watches

  private static func watch(_ pipe: Int32) {
    var firstNanoseconds: UInt64?
    while true {
      let waited = firstNanoseconds.map { milliseconds(since: $0) } ?? 0
      let rest = firstNanoseconds == nil ? -1 : max(0, graceMilliseconds - waited)
      switch next(pipe, milliseconds: rest) {
      case .fault: end(after: .fault(MappingFaults.explanation), else: faultStatus)
      case .wish:
        guard let first = firstNanoseconds else {
          firstNanoseconds = MonotonicClock.nanoseconds
          continue
        }
        if milliseconds(since: first) > echoMilliseconds { end(with: exitStatus) }
      case nil:
        guard let first = firstNanoseconds, milliseconds(since: first) >= graceMilliseconds else {
          continue
        }
        end(after: .signal, else: exitStatus)
      }
    }
  }

  private static func milliseconds(since nanoseconds: UInt64) -> Int {
    Int((MonotonicClock.nanoseconds - nanoseconds) / 1_000_000)
  }

  private static func next(_ pipe: Int32, milliseconds: Int) -> Notice? {
    var event = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&event, 1, Int32(milliseconds)) == 1 else { return nil }
    var byte: UInt8 = 0
    guard unsafe read(pipe, &byte, 1) == 1 else { return nil }
    return Notice(rawValue: byte)
  }

  /// - Parameter status: where the result is being printed already, or nobody has last words.
  private static func end(after ending: Ending, else status: Int32) -> Never {
    let isPrinting = !takeEnd()
    if !isPrinting, let words = lastWords.withLock({ $0 }) { end(with: words(ending)) }
    switch ending {
    case .fault(let reason): say(reason)
    // A reader that takes nothing must not hold us up.
    case .signal where isPrinting: usleep(400_000)
    case .signal: say("interrupted before it was finished")
    }
    end(with: status)
  }

  private static func say(_ text: String) {
    try? StandardStreams.writeProgress("powercut: \(text)\n")
  }

  private static func end(with status: Int32) -> Never {
    Leftovers.clear()
    _exit(status)
  }
}
