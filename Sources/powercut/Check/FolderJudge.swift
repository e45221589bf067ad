import Campaign
import Checking
import CrashStates
import Host
import Programs
import Rules
import Scheduling
import ToolSupport

/// What the check of a scenario makes of every crash state of a recorded folder.
enum FolderJudge {
  private static let limitSeconds: UInt64 = 60
  /// Stands for the recording's path, for a run has none until somebody wants to keep it.
  static let recordingPlace = "RECORDING"
  private static let replay = "powercut replay \(recordingPlace) --folder"

  /// - Parameter recording: as `powercut record` writes it.
  /// - Throws: where the recording is not what happened, and where the check cannot be asked.
  static func judgement(
    of recording: String, by commands: ProgramCommands, seed: Seed, tiers: [Tier]
  ) throws -> Judgement {
    if let difference = try RecordedEnd(recording).differences().first {
      throw ToolError("not recorded as it was: \(difference)")
    }
    let joint = try JointRecording(
      recording, LogOptions.parse([]), persona: commands.persona, isQuiet: true)
    let files = joint.files
    // Nothing was done, so that nothing could be lost.
    if files.stepCount == 0 { return Judgement() }
    let space = StateSpace(files, tiers: tiers, seed: seed.rawValue)
    var judgement = Judgement()
    judgement.refusal = space.refusal(of: tiers)
    let judgedTiers = judgement.refusal == nil ? tiers : tiers.filter { $0 != .all }
    var check = try check(commands, joint, seed: seed)
    try check.tryOut()
    let recrash = commands.cutsRecovery ? try FolderRecrash(check, joint, tiers: judgedTiers) : nil
    if let recrash {
      check.remember = { state, _, ask in
        let judged = try ask()
        return judged.verdict == .accepted ? try recrash.failure(of: state) ?? judged : judged
      }
    }
    var answers = try check.answers(about: StateEnumerator(space, tiers: judgedTiers, sample: nil))
    if let recrash { try keepRecoveries(of: &answers.tallies[0], recrash, check, in: recording) }
    answers.walk.count(in: &judgement)
    judgement.isCutShort = Interrupts.isRequested
    judgement.add(answers.tallies)
    judgement.unjudgedRules += judgement.commands.unjudgedRules(comparesRecoveries: false)
    judgement.entryCount = files.stepCount
    judgement.markCount = files.marks.count
    // Held against the states where the check has said anything of them.
    let isJudged = judgement.commands.contains(where: \.hasJudged)
    judgement.promiseCount =
      isJudged && files.marks.count >= commands.leastMarkCount ? files.marks.count : 0
    judgement.limit = answers.walk.leftOutReason
    if let recrash { judgement.stateCount += recrash.stateCount }
    return judgement
  }

  /// Of more ways to fail the recovery is not kept.
  private static let maximumKeptCount = 6

  /// Puts the recordings of recoveries that were cut beside that of the program, so that their states can be looked at.
  private static func keepRecoveries(
    of tally: inout CommandTally, _ recrash: FolderRecrash, _ check: CommandCheck,
    in recording: String
  ) throws {
    for (group, failure) in tally.failures.groups.prefix(maximumKeptCount).enumerated() {
      let own = try check.runner.ask(check.commands[0], about: failure.state, number: group)
      let name = "recovery-\(group + 1)"
      guard own.verdict == .accepted,
        let kept = try recrash.keep(failure.state, at: "\(recording)/\(name)"),
        kept.answer.violations.contains(where: { tally.failures.contains($0, inGroup: group) })
      else { continue }
      var lines = failure.explanation
      let state = "--state '\(kept.state)' --output state"
      lines.remedies.append(
        "the folder of the recovery: powercut replay \(recordingPlace)/\(name) --folder \(state)")
      tally.explain(group: group, lines)
    }
  }

  /// What the check says of the folder that the program has left.
  static func answerToTheEnd(
    of recording: JointRecording, by commands: ProgramCommands, seed: Seed
  ) throws -> JudgedAnswer {
    let check = try check(commands, recording, seed: seed)
    let last = CrashState(cut: recording.files.stepCount)
    return try check.runner.ask(check.commands[0], about: last, number: 0)
  }

  private static func check(
    _ commands: ProgramCommands, _ recording: JointRecording, seed: Seed
  ) throws -> CommandCheck {
    let folder = try TemporaryFolder(prefix: CommandOptions.folderPrefix, prefersMemory: true)
    let command = try commands.judge(seed: seed)
    var environment = JudgeEnvironment(recording: recording.files, seed: seed.rawValue)
    environment.isOfProgram = commands.judge == .oracle(.opens)
    return CommandCheck(
      commands: [command],
      recording: recording.files,
      runner: CommandRunner(
        subject: try FolderSubject(
          recording: recording, replay: replay, in: folder, for: [command]),
        folder: folder,
        limitSeconds: limitSeconds,
        environment: environment),
      jobCount: Processors.count, noun: "joint states of seed \(seed)")
  }
}
