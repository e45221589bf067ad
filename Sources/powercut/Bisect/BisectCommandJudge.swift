import Bytes
import Campaign
import Checking
import CrashStates
import Host

/// Judges crash states by a command, one at a time; states with the same bytes once.
final class BisectCommandJudge {
  private let judge: CommandJudge
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
    history = subject.history
    judge = CommandJudge(
      command, history: history, format: subject.format, lineThatWrites: replay)
    runner = CommandRunner(
      history: history, folder: try TemporaryFolder(prefix: "powercut-bisect"),
      imageName: "image.\(subject.format.name)",
      limitSeconds: timeLimit.nanoseconds / 1_000_000_000, looksAtFiles: false)
    try CommandCheck(
      judges: [judge], history: history, runner: runner, jobCount: 1, comparesRecoveries: false,
      firstCut: 0
    ).tryOut()
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
    let judged = try runner.ask(judge.command, about: state, number: runCount) { answer, left in
      judge.judge(state, answer, left: left)
    }
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
