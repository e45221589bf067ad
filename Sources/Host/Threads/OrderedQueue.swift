/// Results that arrive in any order and leave in the order of their indices, with a bound on how
/// many are held.
final class OrderedQueue<Outcome: Sendable>: @unchecked Sendable {
  private let monitor = Monitor()
  private let indexCount: Int
  // Everything below is touched inside of the monitor only.
  /// A ring: the result of index i is at i modulo its length.
  private var outcomes: [Outcome?]
  private var claimedCount = 0
  private var takenCount = 0
  private var isStopped = false

  init(indexCount: Int, capacity: Int) {
    precondition(indexCount >= 0 && capacity > 0)
    self.indexCount = indexCount
    outcomes = Array(repeating: nil, count: capacity)
  }

  /// The next index to work on, once there is room for its result; `nil` when there is none.
  func claimIndex() -> Int? {
    monitor.locked {
      while !isStopped && claimedCount < indexCount
        && claimedCount - takenCount >= outcomes.count
      {
        monitor.wait()
      }
      guard !isStopped && claimedCount < indexCount else { return nil }
      claimedCount += 1
      return claimedCount - 1
    }
  }

  /// Takes the result of a claimed index in.
  func put(_ outcome: Outcome, at index: Int) {
    monitor.locked {
      outcomes[index % outcomes.count] = outcome
      // Nobody waits for any other than the next one.
      if index == takenCount { monitor.wakeAll() }
    }
  }

  /// The next result in order, once it is there; `nil` after the last one.
  func takeNext() -> (index: Int, outcome: Outcome)? {
    monitor.locked {
      guard takenCount < indexCount else { return nil }
      let index = takenCount
      while true {
        if let outcome = outcomes[index % outcomes.count] {
          outcomes[index % outcomes.count] = nil
          // Workers wait only where the ring is full.
          if claimedCount - takenCount == outcomes.count { monitor.wakeAll() }
          takenCount += 1
          return (index, outcome)
        }
        monitor.wait()
      }
    }
  }

  /// Lets no more indices be claimed.
  func stop() {
    monitor.locked {
      isStopped = true
      monitor.wakeAll()
    }
  }
}
