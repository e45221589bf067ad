/// Threads that carry out what they are handed; results come back in the order in which they are done.
///
/// Where results have to come in the order of the work, ``WorkerPool`` is simpler.
package final class WorkerCrew<Work: Sendable, Outcome: Sendable>: @unchecked Sendable {
  private let monitor = Monitor()
  private let carryOut: @Sendable (Work) -> Outcome
  private var threads: [Thread] = []
  // Everything below is touched inside of the monitor only.
  private var handed: [Work] = []
  private var outcomes: [Outcome] = []
  private var openCount = 0
  private var isDismissed = false

  /// - Throws: ``HostError`` where not even one thread can be started; fewer do the same in more time.
  package init(
    threadCount: Int, _ carryOut: @escaping @Sendable (Work) -> Outcome
  ) throws(HostError) {
    precondition(threadCount > 0, "somebody has to do the work")
    self.carryOut = carryOut
    for _ in 0..<threadCount {
      do throws(HostError) {
        threads.append(try Thread { [self] in work() })
      } catch {
        if threads.isEmpty { throw error }
        break
      }
    }
  }

  /// How much was handed over whose outcome nobody has taken.
  package var pendingCount: Int { monitor.locked { openCount } }

  package func hand(_ work: Work) {
    monitor.locked {
      handed.append(work)
      openCount += 1
      monitor.wakeAll()
    }
  }

  /// The next outcome; `nil` where there is none within the time.
  package func take(milliseconds: Int) -> Outcome? {
    let deadline = MonotonicClock.nanoseconds + UInt64(milliseconds) * 1_000_000
    return monitor.locked {
      while outcomes.isEmpty {
        let now = MonotonicClock.nanoseconds
        guard now < deadline else { return nil }
        monitor.wait(milliseconds: Int((deadline - now) / 1_000_000) + 1)
      }
      openCount -= 1
      return outcomes.removeFirst()
    }
  }

  /// Gives back what nobody has begun.
  package func takeBack() -> [Work] {
    monitor.locked {
      let unbegun = handed
      openCount -= unbegun.count
      handed = []
      return unbegun
    }
  }

  /// Lets the threads end, and waits for what they have begun.
  package func dismiss() {
    monitor.locked {
      isDismissed = true
      handed = []
      monitor.wakeAll()
    }
    for thread in threads { thread.join() }
    threads = []
  }

  private func work() {
    while let work = next() {
      let outcome = carryOut(work)
      monitor.locked {
        outcomes.append(outcome)
        monitor.wakeAll()
      }
    }
  }

  private func next() -> Work? {
    monitor.locked {
      while handed.isEmpty && !isDismissed { monitor.wait() }
      return isDismissed ? nil : handed.removeFirst()
    }
  }
}
