import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Workload

/// Stands in for what runs programs: a simulated raw stack with a bug of its own carries out what a program
/// was asked for.
struct ProgramTwin: DeviceCarrier {
  /// The program that was found on PATH, in a test's mind.
  var bug: BugSwitch? = .positionReread

  var workCountOfRun: Int { 1_000 }

  func carryOut(
    _ configuration: RunConfiguration, seed: Seed
  ) -> any DeviceRun {
    var simulated = configuration
    simulated.stack = StackName(image: .raw, profile: .exact)
    simulated.bugs = Set(bug.map { [.stack($0)] } ?? [])
    simulated.program = nil
    return ProgramTwinRun(SimulatedRun(simulated, seed: seed), of: configuration)
  }
}

private struct ProgramTwinRun: DeviceRun {
  let record: RunRecord
  private let run: SimulatedRun

  init(_ run: SimulatedRun, of configuration: RunConfiguration) {
    self.run = run
    var record = run.record
    record.configuration = configuration
    self.record = record
  }

  func evidence() throws(FormatError) -> Evidence { try run.evidence() }
  func timelineEvents(cut: Int?) -> [Timeline.Event] { run.timelineEvents(cut: cut) }
}
