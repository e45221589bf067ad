import Scheduling

/// Why a run could not be carried out to its end.
package enum RunStall: Hashable, Sendable {
  /// Every task that is left waits for another one.
  case deadlock(waitingTaskCount: Int)
  /// The run took more steps than it was given.
  case stepLimit(Int)
  /// A program could not be run as it has to be: it is not there, it ended by itself, it hung. The text
  /// is a sentence without its full stop, and says what to do about it.
  case program(String)
  /// The run was made, and what judges it could not be asked to the end, so that nothing is known of it: why,
  /// and what to do about it, in whole sentences.
  case unjudged(String)

  init(_ stall: Simulation.Stall) {
    switch stall {
    case .deadlock(let waitingTaskCount): self = .deadlock(waitingTaskCount: waitingTaskCount)
    case .stepLimit(let stepCount): self = .stepLimit(stepCount)
    }
  }

  /// Whether what there is of the run says something of its target: of a run that was never made, or
  /// not by what is under test alone, nothing is judged.
  var isJudged: Bool {
    switch self {
    case .deadlock, .stepLimit: true
    case .program, .unjudged: false
    }
  }
}

/// A run that could not end: our own mistake, a stack that waits for itself, or a program that could not
/// be run.
package struct StalledRun: Error, Sendable, CustomStringConvertible {
  package var seed: Seed
  package var stall: RunStall

  package var description: String {
    switch stall {
    case .deadlock(let waitingTaskCount):
      "seed \(seed): \(waitingTaskCount) tasks of the stack wait for each other; no rule names this"
    case .stepLimit(let stepCount):
      "seed \(seed): the run did not end within \(stepCount) steps; no rule names this"
    case .program(let reason): "seed \(seed): \(reason)"
    case .unjudged(let reason):
      "seed \(seed): the crash states could not be judged to the end: \(reason)"
    }
  }
}
