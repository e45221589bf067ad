/// Priorities with a few changes: the task of the highest priority always goes, and at a few random
/// steps the task that would go falls behind all others.
///
/// Source: S. Burckhardt and others, "A randomized scheduler with probabilistic guarantees of finding
/// bugs", ASPLOS 2010. A bug of depth d among n tasks and k steps is found with a probability of at
/// least 1 / (n * k^(d-1)).
package struct PCTStrategy: Strategy {
  private let seed: Seed
  /// The steps at which a priority falls, ascending.
  private var changeSteps: [Int]
  /// Higher goes first. A task that fell gets a negative number, lower with each fall.
  private var priorities: [Int: Int] = [:]
  private var fallCount = 0

  /// The seed picks a depth of 2 to 5.
  package init(seed: Seed, expectedStepCount: Int) {
    var stream = RandomStream(seed, .schedule)
    self.seed = seed
    let depth = stream.next(in: 2...5)
    changeSteps = (1..<depth)
      .map { _ in stream.next(below: max(1, expectedStepCount)) }
      .sorted()
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    while let change = changeSteps.first, step >= change {
      changeSteps.removeFirst()
      fallCount += 1
      priorities[pending[highest(of: pending)].task] = -fallCount
    }
    return highest(of: pending)
  }

  private func highest(of pending: [PendingOperation]) -> Int {
    var best = 0
    for index in pending.indices.dropFirst()
    where priority(of: pending[index].task) > priority(of: pending[best].task) {
      best = index
    }
    return best
  }

  /// Keyed by the task, so that a task that is removed leaves the others' priorities as they were.
  private func priority(of task: Int) -> Int {
    if let fallen = priorities[task] { return fallen }
    var stream = RandomStream(seed, .schedule, 2, UInt64(task))
    return Int(stream.next() >> 2)
  }
}
