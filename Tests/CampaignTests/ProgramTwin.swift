import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Workload

/// Stands in for what runs programs: a simulated raw stack with a bug of its own carries out what a program
/// was asked for.
struct ProgramTwin: RunCarrier {
  /// The program that was found on PATH, in a test's mind.
  var bug: BugSwitch? = .positionReread

  var workCountOfRun: Int { 1_000 }

  func carryOut(
    _ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?
  ) -> any CompletedRun {
    var simulated = configuration
    simulated.stack = StackName(image: .raw, profile: .exact)
    simulated.bugs = Set(bug.map { [.stack($0)] } ?? [])
    simulated.program = nil
    return ProgramTwinRun(
      configuration: configuration,
      run: SimulatedRun(simulated, seed: seed, strategy: strategy))
  }
}

private struct ProgramTwinRun: CompletedRun {
  let configuration: RunConfiguration
  let run: SimulatedRun

  var seed: Seed { run.seed }
  var workload: Workload { run.workload }
  var client: ClientHistory { run.client }
  var stall: RunStall? { run.stall }
  var schedule: Schedule { run.schedule }
  var order: TaskOrder { run.order }
  var stepCount: Int { run.stepCount }
  var stepsOfOperation: [UInt64: Range<Int>] { run.stepsOfOperation }
  var replayDivergence: ReplayStrategy.Divergence? { run.replayDivergence }
  var initialContents: SparseBytes { run.initialContents }
  var liveContents: SparseBytes { run.liveContents }
  var logBytes: [UInt8] { run.logBytes }
  func evidence() throws(FormatError) -> Evidence { try run.evidence() }
  func timelineEvents(cut: Int?) -> [Timeline.Event] { run.timelineEvents(cut: cut) }
}
