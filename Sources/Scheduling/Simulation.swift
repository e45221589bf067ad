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
package final class Simulation: TaskExecutor, @unchecked Sendable {
  /// Why a run could not go on.
  package enum Stall: Error, Hashable, Sendable {
    /// Every task that is left waits for another one.
    case deadlock(waitingTaskCount: Int)
    /// The run took more steps than it was given.
    case stepLimit(Int)
  }

  private let stepLimit: Int
  private let owner = powercut_thread_identity()
  private var ready = ReadyJobs()
  private var points: WaitingPoints<Waiter>
  private var liveTaskCount = 0
  private var signalWaiterCount = 0
  /// Counts what happens in the run: the one clock of its traces.
  private var eventCount: UInt64 = 0
  private var deviceCount = 0

  package init(strategy: any Strategy, stepLimit: Int = 1_000_000) {
    points = WaitingPoints(strategy: strategy)
    self.stepLimit = stepLimit
  }

  /// The choices made so far, where there was more than one candidate.
  package var schedule: Schedule { points.schedule }
  /// How many operations were let go.
  package var stepCount: Int { points.stepCount }
  /// The task of each of them. A task waits at one point at a time: its n-th step is its n-th point.
  package var order: TaskOrder { points.order }
  /// How many points `task` has come to.
  package func pointCount(ofTask task: Int) -> Int { points.pointCount(ofTask: task) }
  /// The strategy with what it remembers of the run.
  package var currentStrategy: any Strategy { points.strategy }

  /// A number for the next event of the run, from 1.
  package func nextEventIndex() -> UInt64 {
    eventCount += 1
    return eventCount
  }

  /// A number for the next device of the run, from 0.
  package func nextDeviceNumber() -> Int {
    defer { deviceCount += 1 }
    return deviceCount
  }

  /// Starts a task of the run. `task` is its number: small, from zero, each used once at a time.
  package func spawn(task: Int, _ body: @escaping @Sendable () async -> Void) {
    liveTaskCount += 1
    Task(executorPreference: self) {
      await TaskIdentity.$current.withValue(task) { await body() }
      self.liveTaskCount -= 1
    }
  }

  /// Runs until every task has ended.
  ///
  /// - Parameter expectedStepCounts: by task, about how many operations each will wait for, for the
  ///   strategies that weigh by it; empty where that is not known.
  package func run(expectedStepCounts: [Int] = []) throws(Stall) {
    precondition(
      owner == powercut_thread_identity(), "a simulation runs on the thread that made it")
    powercut_guard_enter()
    defer { powercut_guard_leave() }
    points.begin(expectedStepCounts: expectedStepCounts)
    while true {
      runReadyJobs()
      let waitingCount = points.count
      precondition(
        waitingCount + signalWaiterCount == liveTaskCount,
        "a live task waits for something outside of the simulation")
      if waitingCount == 0 { break }
      if stepCount == stepLimit { throw .stepLimit(stepLimit) }
      // Resumed outside of the access to `points`: the job that becomes ready comes back here.
      let waiter = points.takeNext()
      waiter.resume()
    }
    if liveTaskCount > 0 { throw .deadlock(waitingTaskCount: liveTaskCount) }
  }

  /// Waits until the strategy lets this operation go.
  ///
  /// - Parameter access: what the operation will do then; where it is `nil`, it races with all others.
  package func point(_ access: DeviceAccess? = nil) async {
    let task = TaskIdentity.current
    await Waiter.suspend { points.insert(task: task, access: access, $0) }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    precondition(
      owner == powercut_thread_identity(), "a job of a simulation comes from another thread")
    ready.append(UnownedJob(job))
  }

  // MARK: Inside

  private func runReadyJobs() {
    while let job = ready.next() { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  func noteSignalWaiters(_ change: Int) {
    signalWaiterCount += change
  }
}
