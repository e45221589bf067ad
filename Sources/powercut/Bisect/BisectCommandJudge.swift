import Bytes
import Campaign
import Checking
import CrashStates
import Host

/// Judges crash states by a command, one at a time; states with the same bytes once.
final class BisectCommandJudge {
  private let command: ImageCommand
  private let runner: CommandRunner
  private let history: DiskHistory
  private var known: [Digest128: JudgedAnswer] = [:]

  /// How often the command was started.
  private(set) var runCount = 0

  /// - Throws: where the command cannot be started, which is found out by starting it once.
  init(
    _ command: ImageCommand, timeLimit: DurationArgument, _ subject: RecordedSubject,
    replay: @escaping @Sendable (CrashState) -> String
  ) throws {
    self.command = command
    history = subject.history
    let image = ImageSubject(
      history: history, format: subject.format, imageName: "image.\(subject.format.name)",
      looksAtFiles: false, replay: replay)
    runner = CommandRunner(
      subject: image, folder: try TemporaryFolder(prefix: "powercut-bisect"),
      limitSeconds: timeLimit.nanoseconds / 1_000_000_000)
    try runner.tryOut(command, on: CrashState(cut: history.entryCount), number: 0)
  }

  /// What the command says of a state; bad is whatever is neither exit 0, nor exit 125, nor a refusal
  /// to look at an image whose log must be replayed first.
  ///
  /// - Throws: ``BisectInterruption`` where the user wants to stop, and what keeps the command from
  ///   being asked.
  func answer(_ state: CrashState) throws -> JudgedAnswer {
    let digest = history.digest(of: state)
    if let answer = known[digest] { return answer }
    if Interrupts.isRequested { throw BisectInterruption() }
    runCount += 1
    let judged = try runner.ask(command, about: state, number: runCount)
    // An answer that came after the signal is that of a program that was killed for it.
    if Interrupts.isRequested { throw BisectInterruption() }
    known[digest] = judged
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
