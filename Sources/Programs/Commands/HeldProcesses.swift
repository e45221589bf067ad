import Campaign
import Glibc
import Host
import Recorder
import Scheduling

/// The commands of a scenario side by side, every file operation of which waits until it is let go: which one goes
/// next is a choice, made when nothing can happen by itself.
///
/// What they do to their files is all that is chosen. Reads, locks and what processes say to each other happen when
/// they happen, one process at a time on one processor.
struct HeldProcesses {
  /// A step that takes longer goes round in circles, or waits for something that nobody will do.
  private static let stepNanoseconds: UInt64 = 20_000_000_000
  private static let stepLimit = 50_000

  private let recorder: Recorder
  private let watch = TaskWatch()
  private var faults: FileFaults
  private var points: WaitingPoints<HeldOperation>
  private var lanes = OperationLanes()
  private var processes: [StartedProcess] = []
  /// What they have left running.
  private var remaining: [RemainingProcess] = []

  init(recorder: Recorder, strategy: any Strategy, faults: FileFaults) {
    self.recorder = recorder
    self.faults = faults
    points = WaitingPoints(strategy: strategy)
    points.begin(expectedStepCounts: [])
  }

  /// Whether an operation was made to fail.
  var haveStruck: Bool { faults.haveStruck }

  /// What happened one after the other.
  var steps: RunRecord.Steps {
    var steps = RunRecord.Steps()
    steps.schedule = points.schedule
    steps.order = points.order
    steps.count = points.stepCount
    steps.replayDivergence = (points.strategy as? ReplayStrategy)?.finalDivergence
    return steps
  }

  /// Carries the commands out to their ends. To be called once.
  ///
  /// - Returns: how each ended.
  /// - Throws: ``ProgramFailure``, or what kept the recorder from going on; they were killed then.
  mutating func run(_ commands: [[String]]) throws -> [ChildProcess.Status] {
    defer {
      for process in processes { _ = process.end() }
      for process in remaining { process.kill() }
    }
    for argv in commands {
      processes.append(try recorder.start(argv))
      // One after the other, so that who comes first to its first operation is no matter of luck.
      try settle()
    }
    while true {
      try settle()
      takeHeld()
      if points.count > 0 {
        try step()
      } else if haveEnded() {
        return processes.map { $0.end() }
      } else {
        try waitForClock()
      }
    }
  }

  private mutating func haveEnded() -> Bool {
    guard processes.allSatisfy(\.hasEnded) else { return false }
    remaining = recorder.remaining(of: processes)
    return remaining.isEmpty
  }

  private mutating func takeHeld() {
    for operation in recorder.held where !lanes.isWaiting(operation) {
      let turn = operation.isOfContents ? faults.turn(of: operation) : .go
      points.insert(task: lanes.take(operation, turn), access: operation.access, operation)
    }
  }

  private mutating func step() throws {
    guard points.stepCount < Self.stepLimit else {
      throw ProgramFailure(
        reason: """
          the program does more than \(Self.stepLimit) operations: give it less to do, or let it have its own order \
          ('order: recorded')
          """)
    }
    let next = points.takeNext()
    recorder.release(next, lanes.leave(next))
  }

  private var processIDs: [pid_t] {
    processes.map(\.processID) + remaining.map(\.processID)
  }

  /// Waits until nothing can happen by itself, and takes in what has happened.
  private func settle() throws {
    var patience = Patience(nanoseconds: Self.stepNanoseconds)
    while true {
      let before = watch.look(at: processIDs)
      try recorder.poll()
      if before.areAllAsleep, watch.isUnchanged(since: before),
        try !recorder.answerTouch()
      {
        break
      }
      try endIfInterrupted()
      if patience.isOver(of: before.processIDs, canRun: before.canRun) {
        throw ProgramFailure(
          reason: "the program works for 20 s without coming to an operation on a file")
      }
    }
    try recorder.poll()
  }

  /// Gives a program that rests the time to be woken by a clock.
  private func waitForClock() throws {
    var patience = Patience(nanoseconds: Self.stepNanoseconds)
    let before = watch.look(at: processIDs)
    let ended = processes.count(where: \.hasEnded)
    while before == watch.look(at: processIDs), processes.count(where: \.hasEnded) == ended,
      remaining.allSatisfy(\.isAlive)
    {
      try endIfInterrupted()
      if patience.isOver(of: before.processIDs, canRun: false) {
        throw ProgramFailure(
          reason: remaining.first.map {
            "'\($0.name)' still runs 20 s after the command that had started it"
          }
            ?? """
            the program waits, 20 s now, for something that none of its commands does: a server has to end by itself, \
            or by another command of 'run'
            """)
      }
      usleep(1_000)
    }
  }

  private func endIfInterrupted() throws {
    if Interrupts.isRequested { throw ProgramFailure(reason: "interrupted") }
  }
}

extension HeldOperation {
  /// Whether it is about what a file holds, and no name.
  fileprivate var isOfContents: Bool {
    switch kind {
    case .write, .resize, .allocate, .zero, .punch, .sync: true
    case .syncAll, .syncFolder, .names: false
    }
  }
}
