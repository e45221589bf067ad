/// Makes the decisions of a search again, and where they end goes on without a preemption: one run of a
/// ``ScheduleSearch``.
package struct PathStrategy: Strategy {
  /// The decisions of the run so far.
  private(set) var path: [ScheduleDecision] = []
  private let given: [ScheduleDecision]
  /// The task that went last, since tasks were started.
  private var lastTask: Int?

  init(_ given: [ScheduleDecision]) {
    self.given = given
  }

  package mutating func begin(expectedPointCounts: [Int]) {
    lastTask = nil
  }

  package mutating func passed(_ operation: PendingOperation) {
    lastTask = operation.task
  }

  /// - Precondition: the run is the one of the decisions that are made again, so the same is pending.
  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    let decision: ScheduleDecision
    if path.count < given.count {
      decision = given[path.count]
      precondition(decision.fits(pending), "equal choices give equal runs")
    } else {
      decision = ScheduleDecision(
        pending: pending, lastTask: lastTask,
        earlierPreemptionCount: path.last?.preemptionCount ?? 0)
    }
    path.append(decision)
    lastTask = decision.task
    return decision.index
  }
}
