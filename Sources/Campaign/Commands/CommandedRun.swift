import Bytes
import Checking
import CrashStates
import Scheduling
import Workload

/// A run whose crash states are judged by our rules and by commands.
struct CommandedRun: CompletedRun {
  private let run: any CompletedRun
  private let commands: any RunCommands

  init(_ run: any CompletedRun, commands: any RunCommands) {
    self.run = run
    self.commands = commands
  }

  func judgement(tiers: [Tier]) -> Judgement {
    var judgement = run.judgement(tiers: tiers)
    guard stall?.isJudged ?? true, judgement.obstacle == nil, judgement.refusal == nil,
      !judgement.isCutShort, let evidence = try? run.evidence()
    else { return judgement }
    do {
      let options = Judge.Options(tiers: tiers, seed: seed.rawValue)
      let answers = try commands.answers(about: options.states(of: evidence), of: run, evidence)
      judgement.add(answers.tallies)
      judgement.isCutShort = answers.isCutShort
    } catch {
      judgement.obstacle = "\(error)"
    }
    return judgement
  }

  // MARK: What the run itself says

  var configuration: RunConfiguration { run.configuration }
  var seed: Seed { run.seed }
  var workload: Workload { run.workload }
  var client: ClientHistory { run.client }
  var stall: RunStall? { run.stall }
  var schedule: Schedule { run.schedule }
  var order: TaskOrder { run.order }
  var stepCount: Int { run.stepCount }
  var stepsOfOperation: [UInt64: Range<Int>] { run.stepsOfOperation }
  var replayDivergence: ReplayStrategy.Divergence? { run.replayDivergence }
  var clientsOfFaultableOperations: [UInt64?] { run.clientsOfFaultableOperations }
  var initialContents: SparseBytes { run.initialContents }
  var liveContents: SparseBytes { run.liveContents }
  var logBytes: [UInt8] { run.logBytes }
  var recordedFiles: [RecordedRunFile] { run.recordedFiles }
  func evidence() throws(FormatError) -> Evidence { try run.evidence() }
  func timelineEvents(cut: Int?) -> [Timeline.Event] { run.timelineEvents(cut: cut) }
}
