/// The operations that wait to be let go, and who decides which goes next.
///
/// `Held` is what letting go takes: the continuation of a simulated task, or the call of a real program.
///
/// A struct with few entrances: each access to a property of the simulation is checked at run time, and
/// that was a quarter of the time of a pick when every field was one.
package struct WaitingPoints<Held> {
  package private(set) var strategy: any Strategy
  /// Sorted by task and point; ``held`` are theirs, in the same order.
  private var pending: [PendingOperation] = []
  private var held: [Held] = []
  /// How many points each task has come to.
  private var pointCounts: [Int] = []
  package private(set) var schedule = Schedule()
  package private(set) var order = TaskOrder()
  package private(set) var stepCount = 0

  package init(strategy: any Strategy) {
    self.strategy = strategy
  }

  package var count: Int { pending.count }

  /// How many points `task` has come to.
  package func pointCount(ofTask task: Int) -> Int {
    task < pointCounts.count ? pointCounts[task] : 0
  }

  /// New tasks start; `expectedStepCounts` says how many operations each will take, where known.
  package mutating func begin(expectedStepCounts: [Int]) {
    if !expectedStepCounts.isEmpty { countPoints(ofTask: expectedStepCounts.count - 1) }
    strategy.begin(expectedPointCounts: zip(pointCounts, expectedStepCounts).map { $0 + $1 })
  }

  package mutating func insert(task: Int, access: DeviceAccess?, _ held: Held) {
    countPoints(ofTask: task)
    let operation = PendingOperation(
      task: task, point: pointCounts[task], sinceStep: stepCount, access: access)
    pointCounts[task] += 1
    var index = pending.count
    while index > 0
      && (pending[index - 1].task, pending[index - 1].point) > (operation.task, operation.point)
    {
      index -= 1
    }
    pending.insert(operation, at: index)
    self.held.insert(held, at: index)
  }

  /// Picks the operation that goes next, and hands over what lets it go.
  package mutating func takeNext() -> Held {
    var index = 0
    if pending.count > 1 {
      index = strategy.pick(from: pending, step: stepCount)
      schedule.choices.append(Choice(index: index, bound: pending.count))
    } else {
      strategy.passed(pending[0])
    }
    return take(index)
  }

  /// The same among those that could go now; `nil` where none can.
  package mutating func takeNext(where canGo: (Held) -> Bool) -> Held? {
    let places = held.indices.filter { canGo(held[$0]) }
    guard var place = places.first else { return nil }
    if places.count > 1 {
      let index = strategy.pick(from: places.map { pending[$0] }, step: stepCount)
      schedule.choices.append(Choice(index: index, bound: places.count))
      place = places[index]
    } else {
      strategy.passed(pending[place])
    }
    return take(place)
  }

  private mutating func take(_ index: Int) -> Held {
    stepCount += 1
    order.append(TaskOrder.Turn(task: pending[index].task, stepCount: 1))
    pending.remove(at: index)
    return held.remove(at: index)
  }

  /// Makes room for the count of `task`.
  private mutating func countPoints(ofTask task: Int) {
    if pointCounts.count <= task {
      pointCounts += repeatElement(0, count: task + 1 - pointCounts.count)
    }
  }
}

/// Jobs that are ready to run, first in, first out.
struct ReadyJobs {
  private var jobs: [UnownedJob] = []
  private var head = 0

  mutating func append(_ job: UnownedJob) {
    jobs.append(job)
  }

  mutating func next() -> UnownedJob? {
    if head < jobs.count {
      defer { head += 1 }
      return jobs[head]
    }
    jobs.removeAll(keepingCapacity: true)
    head = 0
    return nil
  }
}
