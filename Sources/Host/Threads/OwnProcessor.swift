/// Processors for those who need one for themselves: a program that is run under control, and the thread of
/// ours that leads it.
///
/// The two never work at the same time, so that one processor is all that a run can use, and as many runs go
/// on side by side as there are processors. Where the program goes before all others
/// (``FirstInFirstOut``) that is more than thrift: whatever the thread does that wakes the program, it goes
/// on itself only when the program sleeps again, so that nothing of theirs ever depends on who is faster.
/// Without that privilege the thread would interrupt the program, and stays elsewhere.
package final class OwnProcessor: @unchecked Sendable {
  private static let all = OwnProcessor()

  private let monitor = Monitor()
  /// Touched inside of the monitor only.
  private var taken: Set<UInt32> = []

  private init() {}

  /// Runs `body` in this thread, on a processor that no other `body` of this process has meanwhile; waits
  /// where all are taken. What the thread starts meanwhile stays there as well. Not to be called inside of
  /// itself.
  ///
  /// - Parameter body: gets the processor's number, and has its program go there, too.
  package static func run<Outcome, Failure: Error>(
    _ body: (_ processor: UInt32) throws(Failure) -> Outcome
  ) throws(Failure) -> Outcome {
    let before = ThreadProcessors.ofThisThread
    let processor = all.claim(from: before)
    if FirstInFirstOut.isAllowed { ThreadProcessors([processor]).take() }
    defer {
      before.take()
      all.give(processor)
    }
    return try body(processor)
  }

  private func claim(from allowed: ThreadProcessors) -> UInt32 {
    monitor.locked {
      while true {
        // From the end: what the kernel does for devices is mostly done on the first.
        if let free = allowed.numbers.last(where: { !taken.contains($0) }) {
          taken.insert(free)
          return free
        }
        monitor.wait()
      }
    }
  }

  private func give(_ processor: UInt32) {
    monitor.locked {
      taken.remove(processor)
      monitor.wakeAll()
    }
  }
}
