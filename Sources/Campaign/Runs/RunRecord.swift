import Bytes
import Scheduling
import Workload

/// What a run of a client's operations did and left, whoever carried it out.
package struct RunRecord: Sendable {
  package var configuration: RunConfiguration
  package var seed: Seed
  package var workload: Workload
  /// What was submitted and what was acknowledged, at which point of the log.
  package var client = ClientHistory()
  /// Why the run ended before its workload did; `nil` where it did not.
  package var stall: RunStall?
  package var steps = Steps()
  /// The device or file before the first operation.
  package var initialContents: SparseBytes
  /// The device or file as the run left it.
  package var liveContents: SparseBytes
  /// The write log as the run left it.
  package var logBytes: [UInt8] = []
  /// The client operation that each operation of the device belongs to, as ``DeviceFaults/errors`` counts them;
  /// `nil` for one that belongs to none. Empty where the run has no such faults.
  package var clientsOfFaultableOperations: [UInt64?] = []
  /// The same for ``RunConfiguration/failingLogOperations``.
  package var clientsOfFaultableLogOperations: [UInt64?] = []

  /// What happened one after the other: operations that were let go.
  package struct Steps: Sendable {
    /// The choices that the run made.
    package var schedule = Schedule()
    /// The task of each step.
    package var order = TaskOrder()
    package var count = 0
    /// By operation of the client, which of its task's steps it took.
    package var ofOperation: [UInt64: Range<Int>] = [:]
    /// Where the run differs from the choices that it was given; `nil` where it was given none.
    package var replayDivergence: ReplayStrategy.Divergence?

    package init() {}
  }

  /// A run that has done nothing yet.
  package init(
    _ configuration: RunConfiguration, seed: Seed, workload: Workload, over contents: SparseBytes
  ) {
    self.configuration = configuration
    self.seed = seed
    self.workload = workload
    initialContents = contents
    liveContents = contents
  }
}
