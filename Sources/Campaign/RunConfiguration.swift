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
  public var bugs: Set<BugSwitch>
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

  public init(stack: StackName, bugs: Set<BugSwitch> = []) {
    self.stack = stack
    self.bugs = bugs
  }

  /// The bugs of the profile and those that were asked for.
  public var allBugs: Set<BugSwitch> { stack.profile.bugs.union(bugs) }
}
