/// A random walk whose steps are weighted by how much each task has left to do.
///
/// Where tasks are of different lengths, a fair choice at each step favours the orders in which the
/// short ones end early. With a weight of the operations that are left, every interleaving of
/// independent tasks is as likely as the others. The lengths are estimates; where none is given, each
/// task weighs the same.
///
/// Source: H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury, "Selectively uniform concurrency testing",
/// ASPLOS 2025: the walk over all operations that their sampling of selected ones is built on.
package struct UniformWalkStrategy: Strategy {
  private var stream: RandomStream
  /// By task, the point at which it is expected to end.
  private var expectedPointCounts: [Int] = []

  package init(seed: Seed) {
    stream = RandomStream(seed, .schedule)
  }

  package mutating func begin(expectedPointCounts: [Int]) {
    self.expectedPointCounts = expectedPointCounts
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    var rest = stream.next(below: pending.reduce(0) { $0 + remainingStepCount(of: $1) })
    for (index, operation) in pending.enumerated() {
      let weight = remainingStepCount(of: operation)
      if rest < weight { return index }
      rest -= weight
    }
    preconditionFailure("weights do not change while one is picked")
  }

  /// At least the operation that is pending.
  private func remainingStepCount(of operation: PendingOperation) -> Int {
    guard operation.task < expectedPointCounts.count else { return 1 }
    return max(1, expectedPointCounts[operation.task] - operation.point)
  }
}
