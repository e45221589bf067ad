import Synchronization

/// How many clients there are, up to a limit.
final class ConnectionCount: Sendable {
  private let limit: Int
  private let count = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// Whether there is room for one more, who must ``leave()``.
  func enter() -> Bool {
    if count.add(1, ordering: .relaxed).newValue <= limit { return true }
    leave()
    return false
  }

  func leave() {
    count.subtract(1, ordering: .relaxed)
  }
}

/// Gives each connection a number of its own.
final class ConnectionNumbers: Sendable {
  private let count = Atomic<UInt32>(0)

  func next() -> UInt32 { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
