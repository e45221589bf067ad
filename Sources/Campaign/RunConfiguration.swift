import BlockDevice
import CrashStates
import Scheduling
import Stacks
import Workload

/// Everything that decides a run besides its seed.
public struct RunConfiguration: Hashable, Sendable {
  public enum ClientWorkload: Hashable, Sendable {
    /// Drawn from the specification by the run's seed, or by one of its own.
    case drawn(WorkloadSpecification, seed: Seed?)
    case explicit([ClientOperation])
  }

  public var stack: StackName
  /// Bugs besides those of the profile.
  public var bugs: Set<PlantedBug>
  public var deviceByteCount: UInt64 = 1 << 20
  /// The log's unit, and the alignment of every request.
  public var logSectorByteCount: UInt32 = 512
  public var superblockInterval = 4096
  public var workload = ClientWorkload.drawn(WorkloadSpecification(), seed: nil)
  /// What goes wrong on the device under the logger.
  public var faults = DeviceFaults()
  /// How much of the log device holds bytes of an older log.
  public var staleLogByteCount: UInt64 = 0
  public var strategy = StrategyName.auto
  /// Choices to make again, instead of a strategy.
  public var schedule: Schedule?

  public init(stack: StackName, bugs: Set<PlantedBug> = []) {
    self.stack = stack
    self.bugs = bugs
  }

  /// The mistakes of what writes: those of the profile and those that were asked for.
  public var stackBugs: Set<BugSwitch> {
    bugs.reduce(into: stack.profile.bugs) { all, bug in
      if case .stack(let bug) = bug { all.insert(bug) }
    }
  }
}
