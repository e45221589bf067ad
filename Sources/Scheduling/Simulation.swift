import CScheduling

/// Runs ordinary `async` code on one thread, and decides which pending operation happens next.
///
/// All tasks of a run are started with ``spawn(task:_:)`` and stay on this executor. A device
/// operation waits at a ``point()``. When no job is ready, the strategy lets one waiting operation
/// go; nothing else is left to chance. The number of executor jobs depends on the optimizer, the
/// number of picks does not, so a trace is the same in every build.
///
/// Guards: every job comes from the owning thread, and at quiescence every live task waits at a point
/// or for a ``Signal``; a task that went elsewhere ends the process with a message. Several
/// simulations can run side by side, each on a thread of its own.
public final class Simulation: TaskExecutor, @unchecked Sendable {
  /// Why a run could not go on.
  public enum Stall: Error, Hashable, Sendable {
    /// Every task that is left waits for another one.
    case deadlock(waitingTaskCount: Int)
    /// The run took more steps than it was given.
    case stepLimit(Int)
  }

  // One thread, held by the guards: checking at run time that no two accesses overlap was a quarter of
  // the time of a pick.
  @exclusivity(unchecked) private var strategy: any Strategy
  private let stepLimit: Int
  private let owner = powercut_thread_identity()

  @exclusivity(unchecked) private var ready: [UnownedJob] = []
  @exclusivity(unchecked) private var readyHead = 0
  /// Sorted by task and point; ``waiters`` are theirs, in the same order.
  @exclusivity(unchecked) private var pending: [PendingOperation] = []
  @exclusivity(unchecked) private var waiters: [Waiter] = []
  @exclusivity(unchecked) private var liveTaskCount = 0
  @exclusivity(unchecked) private var signalWaiterCount = 0
  @exclusivity(unchecked) private var pointCounts: [Int] = []

  /// The choices made so far, where there was more than one candidate.
  @exclusivity(unchecked) public private(set) var schedule = Schedule()
  /// How many operations were let go.
  @exclusivity(unchecked) public private(set) var stepCount = 0
  /// Counts what happens in the run: the one clock of its traces.
  @exclusivity(unchecked) private var eventCount: UInt64 = 0

  public init(strategy: any Strategy, stepLimit: Int = 1_000_000) {
    self.strategy = strategy
    self.stepLimit = stepLimit
  }

  /// The strategy with what it remembers of the run.
  public var currentStrategy: any Strategy { strategy }

  /// A number for the next event of the run, from 1.
  public func nextEventIndex() -> UInt64 {
    eventCount += 1
    return eventCount
  }

  /// The number of the latest event.
  public var eventIndex: UInt64 { eventCount }

  /// Starts a task of the run. `task` is its number: small, from zero, each used once at a time.
  public func spawn(task: Int, _ body: @escaping @Sendable () async -> Void) {
    liveTaskCount += 1
    if pointCounts.count <= task {
      pointCounts += repeatElement(0, count: task + 1 - pointCounts.count)
    }
    Task(executorPreference: self) {
      await TaskIdentity.$current.withValue(task) { await body() }
      self.liveTaskCount -= 1
    }
  }

  /// Runs until every task has ended.
  public func run() throws(Stall) {
    precondition(
      owner == powercut_thread_identity(), "a simulation runs on the thread that made it")
    powercut_guard_enter()
    defer { powercut_guard_leave() }
    while true {
      runReadyJobs()
      if pending.isEmpty { break }
      precondition(
        pending.count + signalWaiterCount == liveTaskCount,
        "a live task waits for something outside of the simulation")
      if stepCount == stepLimit { throw .stepLimit(stepLimit) }
      letOneGo()
    }
    if liveTaskCount > 0 {
      precondition(
        signalWaiterCount == liveTaskCount,
        "a live task waits for something outside of the simulation")
      throw .deadlock(waitingTaskCount: liveTaskCount)
    }
  }

  /// Waits until the strategy lets this operation go.
  public func point() async {
    let task = TaskIdentity.current
    let operation = PendingOperation(task: task, point: pointCounts[task])
    pointCounts[task] += 1
    await Waiter.suspend { insert(operation, $0) }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    precondition(
      owner == powercut_thread_identity(), "a job of a simulation comes from another thread")
    ready.append(UnownedJob(job))
  }

  // MARK: Inside

  private func runReadyJobs() {
    while readyHead < ready.count {
      let job = ready[readyHead]
      readyHead += 1
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
    ready.removeAll(keepingCapacity: true)
    readyHead = 0
  }

  private func letOneGo() {
    var index = 0
    if pending.count > 1 {
      index = strategy.pick(from: pending, step: stepCount)
      schedule.choices.append(Choice(index: index, bound: pending.count))
    }
    stepCount += 1
    pending.remove(at: index)
    waiters.remove(at: index).resume()
  }

  private func insert(_ operation: PendingOperation, _ waiter: Waiter) {
    var index = pending.count
    while index > 0
      && (pending[index - 1].task, pending[index - 1].point) > (operation.task, operation.point)
    {
      index -= 1
    }
    pending.insert(operation, at: index)
    waiters.insert(waiter, at: index)
  }

  func noteSignalWaiters(_ change: Int) {
    signalWaiterCount += change
  }
}
