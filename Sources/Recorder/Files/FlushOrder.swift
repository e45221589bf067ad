/// Where operations go in a log relative to the flushes that they were in flight with.
///
/// A FLUSH covers what had completed when it was submitted. So an operation that completes while a
/// flush is in flight goes after that FLUSH, but in front of a FLUSH that covers it, should that one
/// complete first.
struct FlushOrder<Operation> {
  private struct Held {
    var operation: Operation
    var completed: UInt64
    /// The flushes, by their submission, that come before it.
    var earlierFlushes: [UInt64]
  }

  /// By submission, ascending.
  private var flushesInFlight: [UInt64] = []
  private var held: [Held] = []

  mutating func flushBegins(at submitted: UInt64) {
    flushesInFlight.append(submitted)
  }

  /// The operations that now have their place, in its order.
  mutating func completed(_ operation: Operation, at number: UInt64) -> [Operation] {
    if flushesInFlight.isEmpty { return [operation] }
    held.append(
      Held(operation: operation, completed: number, earlierFlushes: flushesInFlight))
    return []
  }

  /// What comes in front of the FLUSH that has ended well, and what comes after it.
  mutating func flushEnds(_ submitted: UInt64) -> (before: [Operation], after: [Operation]) {
    let before = release { $0.completed < submitted }
    flushesInFlight.removeAll { $0 == submitted }
    return (before, releaseFree())
  }

  /// A flush that failed made nothing durable.
  mutating func flushFails(_ submitted: UInt64) -> [Operation] {
    flushesInFlight.removeAll { $0 == submitted }
    return releaseFree()
  }

  private mutating func releaseFree() -> [Operation] {
    let inFlight = flushesInFlight
    return release { held in !held.earlierFlushes.contains { inFlight.contains($0) } }
  }

  private mutating func release(where isFree: (Held) -> Bool) -> [Operation] {
    let free = held.filter(isFree)
    held.removeAll(where: isFree)
    return free.map(\.operation)
  }
}
