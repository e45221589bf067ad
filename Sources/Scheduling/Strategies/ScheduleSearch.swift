/// Visits every schedule of a run once, as long as it switches tasks seldom enough.
///
/// The run is repeated: each time with the ``ScheduleSearch/makeStrategy()`` of the moment, whose
/// choices ``ScheduleSearch/finish(_:)`` takes back to the last one that can be made otherwise. What is
/// searched must do the same whenever the same choices are made.
///
/// A *preemption* is a switch away from a task that could go on: one whose operation is pending. Most
/// races need very few of them, and the number of schedules grows with their bound, not with the number
/// of steps. Which task goes first, and which goes on where one has ended or waits for another, costs
/// nothing.
///
/// Source: M. Musuvathi, S. Qadeer, "Iterative context bounding for systematic testing of multithreaded
/// programs", PLDI 2007.
package struct ScheduleSearch: Sendable {
  /// How many preemptions a schedule may have; `nil`: any number.
  package let preemptionLimit: Int?
  /// How many schedules were visited.
  package private(set) var scheduleCount: UInt64 = 0
  /// Whether every schedule within the bound was visited.
  package private(set) var isComplete = false
  /// The decisions that the next run makes again, the last one otherwise than before.
  private var path: [ScheduleDecision] = []

  /// - Precondition: `preemptionLimit` is not negative.
  package init(preemptionLimit: Int?) {
    precondition(preemptionLimit ?? 0 >= 0, "a number of preemptions is not negative")
    self.preemptionLimit = preemptionLimit
  }

  /// The strategy of the next run: the first schedule that was not visited.
  ///
  /// - Precondition: the search is not complete.
  package func makeStrategy() -> PathStrategy {
    precondition(!isComplete, "a search that has seen everything has no next schedule")
    return PathStrategy(path)
  }

  /// Notes that a run with the last ``makeStrategy()`` has ended.
  ///
  /// - Parameter strategy: as it was when the run ended.
  package mutating func finish(_ strategy: PathStrategy) {
    precondition(
      strategy.path.starts(with: path, by: { $0.task == $1.task }),
      "a run makes the choices that it is given")
    scheduleCount += 1
    path = strategy.path
    while let last = path.popLast() {
      if let next = last.next(preemptionLimit: preemptionLimit) {
        path.append(next)
        return
      }
    }
    isComplete = true
  }
}

/// One decision of a search: what could go, in the order in which the search tries it.
struct ScheduleDecision: Sendable {
  /// Indices of pending operations: first that of the task that went last, where it could go on.
  private let order: [Int]
  private let tasks: [Int]
  private let isPreemptive: Bool
  /// The preemptions of all decisions before.
  private let earlierPreemptionCount: Int
  private var place = 0

  init(pending: [PendingOperation], lastTask: Int?, earlierPreemptionCount: Int) {
    let own = pending.firstIndex { $0.task == lastTask }
    order = (own.map { [$0] } ?? []) + pending.indices.filter { $0 != own }
    tasks = pending.map(\.task)
    isPreemptive = own != nil
    self.earlierPreemptionCount = earlierPreemptionCount
  }

  /// The index of the operation that goes.
  var index: Int { order[place] }
  var task: Int { tasks[index] }
  /// The preemptions up to this decision.
  var preemptionCount: Int {
    earlierPreemptionCount + (isPreemptive && place > 0 ? 1 : 0)
  }

  /// Whether these operations are what the decision was made among.
  func fits(_ pending: [PendingOperation]) -> Bool {
    tasks.elementsEqual(pending.lazy.map(\.task))
  }

  /// The decision for the next operation; `nil` where there is none, or one preemption too many.
  func next(preemptionLimit: Int?) -> ScheduleDecision? {
    var next = self
    next.place += 1
    guard next.place < order.count else { return nil }
    if let preemptionLimit, next.preemptionCount > preemptionLimit { return nil }
    return next
  }
}
