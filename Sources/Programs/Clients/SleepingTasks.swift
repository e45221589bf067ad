import Glibc

/// What all threads of a program and of the programs it has started are doing, at one look.
///
/// Quiescence is a proof and no guess: when two looks in a row find the same threads, all asleep, and
/// none of them has given up or lost a processor in between, then nothing ran between the looks, and
/// nothing will before somebody wakes one of them. A timer can: a program that works by the clock alone
/// is seen as resting.
struct SleepingTasks: Equatable {
  struct Task: Equatable {
    var identifier: pid_t
    var isAsleep = false
    /// Running, or waiting for a processor.
    var canRun = false
    /// How often the thread has left a processor by itself, and how often not.
    var switches = ThreadStatus.Switches()
  }

  var tasks: [Task] = []
  /// Of the program, and of what it has started.
  var processIDs: [pid_t] = []

  init() {}

  /// One look, by somebody who does not look again.
  ///
  /// - Parameter processID: of the program; one that has ended has no tasks.
  init(of processID: pid_t) {
    self = TaskWatch().look(at: [processID])
  }

  /// Whether no thread could run at this look.
  var areAllAsleep: Bool { tasks.allSatisfy(\.isAsleep) }

  /// Whether any thread was running at this look, or waited for a processor.
  var canRun: Bool { tasks.contains(where: \.canRun) }
}
