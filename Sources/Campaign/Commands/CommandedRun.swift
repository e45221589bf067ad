import Bytes
import Checking
import CrashStates
import Scheduling
import Workload

/// A run whose crash states are judged by our rules and by commands.
struct CommandedRun: DeviceRun {
  private let run: any DeviceRun
  private let commands: any RunCommands

  init(_ run: any DeviceRun, commands: any RunCommands) {
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

  var record: RunRecord { run.record }
  func evidence() throws(FormatError) -> Evidence { try run.evidence() }
  func timelineEvents(cut: Int?) -> [Timeline.Event] { run.timelineEvents(cut: cut) }
}
