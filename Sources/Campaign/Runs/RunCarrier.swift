import CrashStates
import Scheduling

/// What makes the runs of a stack: what kind of runs they are is the stack's affair.
package enum RunCarrier: Sendable {
  case device(any DeviceCarrier)
  case files(any FilesCarrier)

  /// The simulated stacks.
  package static let simulated = RunCarrier.device(SimulatedCarrier())

  /// What a command line of the tool has to say, as it is typed, so that runs are judged as these are; empty
  /// where they are judged as always.
  package var judgeWords: [String] {
    switch self {
    case .device(let carrier): carrier.judgeWords
    case .files: []
    }
  }

  /// A run of several files.
  package func filesRun(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> FilesRun {
    switch self {
    case .device: FilesRun(stall: configuration.mismatch)
    case .files(let carrier): carrier.carryOut(configuration, seed: seed, tiers: tiers)
    }
  }
}

extension RunConfiguration {
  /// What is said of a run that is asked of a carrier for runs of the other kind.
  package var mismatch: RunStall { .program("\(stack) cannot be run here") }
}
