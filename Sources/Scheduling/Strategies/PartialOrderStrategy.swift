/// Partial-order sampling: each pending operation has a random priority and the highest goes; those
/// that race with what went draw new ones.
///
/// An operation draws once for all those that it does not race with, so the orders of racing operations
/// are sampled nearly evenly, however many independent ones lie between them. A random walk needs luck
/// at each of those.
///
/// Source: X. Yuan, J. Yang, R. Gu, "Partial order aware concurrency sampling", CAV 2018.
package struct PartialOrderStrategy: Strategy {
  private let seed: Seed
  /// How often an operation that still waits has drawn again; only those that have.
  private var redrawCounts: [PendingOperation.Identity: UInt64] = [:]

  package init(seed: Seed) {
    self.seed = seed
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    var best = 0
    var bestPriority = priority(of: pending[0])
    for index in pending.indices.dropFirst() {
      let priority = priority(of: pending[index])
      if priority > bestPriority { (best, bestPriority) = (index, priority) }
    }
    redrawCounts[pending[best].identity] = nil
    for index in pending.indices
    where index != best && pending[index].races(with: pending[best]) {
      redrawCounts[pending[index].identity, default: 0] += 1
    }
    return best
  }

  package mutating func passed(_ operation: PendingOperation) {
    redrawCounts[operation.identity] = nil
  }

  /// Keyed by the operation and not by what was drawn before, so that a task that is removed leaves the
  /// others' priorities as they were.
  private func priority(of operation: PendingOperation) -> UInt64 {
    let redrawCount = redrawCounts.isEmpty ? 0 : redrawCounts[operation.identity] ?? 0
    var stream = RandomStream(
      seed, .schedule, 3 | redrawCount << 8,
      UInt64(operation.task) << 32 ^ UInt64(operation.point))
    return stream.next()
  }
}
