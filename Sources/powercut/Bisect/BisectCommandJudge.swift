import Bytes
import Campaign
import Checking
import CrashStates
import Host

/// Judges crash states by a command, one at a time; states with the same bytes and the same marks before them once.
final class BisectCommandJudge {
  private struct Key: Hashable {
    var digest: Digest128
    var markCount: Int
  }

  private let command: ImageCommand
  private let runner: CommandRunner
  private let recording: Recording
  private var known: [Key: JudgedAnswer] = [:]

  /// How often the command was started.
  private(set) var runCount = 0
  /// Why states were passed over that the command was never asked about; `nil` where none was.
  private(set) var unknown: UnknownContents?

  /// - Throws: where the command cannot be started, which is found out by starting it once.
  init(
    _ command: ImageCommand, _ options: BisectCommand, of recording: Recording,
    _ subject: any CommandSubject, in folder: TemporaryFolder
  ) throws {
    self.command = command
    self.recording = recording
    runner = CommandRunner(
      subject: subject, folder: folder,
      limitSeconds: options.commandTimeout.nanoseconds / 1_000_000_000,
      environment: JudgeEnvironment(recording: recording, seed: options.seed))
    try runner.tryOut(command, on: CrashState(cut: recording.stepCount), number: 0)
  }

  /// What the command says of a state; bad is whatever is neither exit 0, nor exit 125, nor a refusal
  /// to look at an image whose log must be replayed first.
  ///
  /// - Throws: ``BisectInterruption`` where the user wants to stop, and what keeps the command from
  ///   being asked.
  func answer(_ state: CrashState) throws -> JudgedAnswer {
    if let path = recording.unknownPath(in: state) {
      unknown = unknown ?? UnknownContents(path: path)
      return JudgedAnswer(verdict: .cannotTell)
    }
    let key = Key(
      digest: recording.digest(of: state), markCount: recording.markCount(atCut: state.cut))
    if let answer = known[key] { return answer }
    if Interrupts.isRequested { throw BisectInterruption() }
    runCount += 1
    let judged = try runner.ask(command, about: state, number: runCount)
    // An answer that came after the signal is that of a program that was killed for it.
    if Interrupts.isRequested { throw BisectInterruption() }
    known[key] = judged
    return judged
  }
}

extension JudgedAnswer {
  var outcome: BisectOutcome {
    switch verdict {
    case .accepted: .good
    case .cannotTell, .needsRecovery: .skipped
    case .broken: .bad
    }
  }
}

extension BisectCommandJudge {
  /// Where states are shown to commands.
  static func folder() throws(HostError) -> TemporaryFolder {
    try TemporaryFolder(prefix: "powercut-bisect", prefersMemory: true)
  }
}
