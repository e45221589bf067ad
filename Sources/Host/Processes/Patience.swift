import Glibc

/// How long programs are waited for: what they had of the time and not what a busy machine gave to others.
///
/// While one of them could run, what counts is the processor's time that they have used; while none could,
/// the time of the clock, of which a single look cannot take much, because who looks may have had to wait,
/// too. So a program that was starved is waited for as long as it takes, and one that hangs or goes round
/// in circles is not.
package struct Patience {
  /// The most that counts of the time between two looks at programs that all sleep.
  private static let longestLookNanoseconds: UInt64 = 50_000_000

  private let limitNanoseconds: UInt64
  private var spentNanoseconds: UInt64 = 0
  private var lastLook = MonotonicClock.nanoseconds
  private var lastUsed: UInt64?

  package init(nanoseconds: UInt64) {
    limitNanoseconds = nanoseconds
  }

  /// Looks once more, which has to be often; says whether the time is over.
  ///
  /// - Parameters:
  ///   - processIDs: of the programs.
  ///   - canRun: whether any thread of them was running, or waiting for a processor.
  package mutating func isOver(of processIDs: [pid_t], canRun: Bool) -> Bool {
    let now = MonotonicClock.nanoseconds
    let used = processIDs.reduce(0) { $0 &+ ProcessorTime.nanoseconds(of: $1) }
    let elapsed = now - lastLook
    if canRun {
      // Fewer than before: one has ended.
      spentNanoseconds += min(elapsed, used - min(lastUsed ?? used, used))
    } else {
      spentNanoseconds += min(elapsed, Self.longestLookNanoseconds)
    }
    (lastLook, lastUsed) = (now, used)
    return spentNanoseconds >= limitNanoseconds
  }
}

/// What processes have used of processors.
enum ProcessorTime {
  /// Of all threads that a process has had; 0 where there is no such process.
  static func nanoseconds(of processID: pid_t) -> UInt64 {
    var clock = clockid_t()
    var time = timespec()
    guard unsafe clock_getcpuclockid(processID, &clock) == 0,
      unsafe clock_gettime(clock, &time) == 0
    else { return 0 }
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
