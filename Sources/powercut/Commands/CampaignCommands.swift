import Campaign
import Checking
import CrashStates
import Host
import Stacks
import Synchronization
import ToolSupport

/// The commands of a command line as judges of the runs of a campaign.
final class CampaignCommands: RunCommands {
  let words: [String]
  private let commands: [ImageCommand]
  private let folder: TemporaryFolder
  private let limitSeconds: UInt64
  private let jobCount: Int
  private let accepted = AcceptedStates()
  private let isTriedOut = Mutex(false)

  /// - Parameters:
  ///   - words: the options that name the commands.
  ///   - folder: where the images are written.
  ///   - jobCount: how many commands run side by side.
  init(
    _ commands: [ImageCommand], words: [String], folder: TemporaryFolder, limitSeconds: UInt64,
    jobCount: Int
  ) {
    self.commands = commands
    self.words = words
    self.folder = folder
    self.limitSeconds = limitSeconds
    self.jobCount = jobCount
  }

  /// `nil` where there is none.
  ///
  /// - Throws: ``ToolError`` where a command is for folders.
  convenience init?(_ commands: [ImageCommand], limitSeconds: UInt64, jobCount: Int) throws {
    if commands.isEmpty { return nil }
    if let other = commands.first(where: { $0.subject != .image }) {
      throw ToolError(
        """
        \(other.optionName) '\(other)': the crash states of a run are those of one file, so \
        \(other.advice(for: .image))
        """)
    }
    self.init(
      commands, words: CommandOptions.words(commands, limitSeconds: limitSeconds),
      folder: try TemporaryFolder(prefix: CommandOptions.folderPrefix, prefersMemory: true),
      limitSeconds: limitSeconds, jobCount: jobCount)
  }

  func answers(
    about states: StateEnumerator, of run: any DeviceRun, _ evidence: Evidence
  ) throws -> RunCommandAnswers {
    var check = try CommandCheck(
      commands, evidence.history, format: evidence.format,
      imageName: Self.imageName(run.configuration.stack.image), folder: folder,
      limitSeconds: limitSeconds, jobCount: jobCount, seed: run.seed.rawValue, replay: Self.replay)
    let (history, configuration, accepted) = (evidence.history, run.configuration, accepted)
    check.remember = { state, command, ask in
      let key = AcceptedStates.Key(
        stack: configuration.stack, bugs: configuration.bugs, command: command,
        digest: history.digest(of: state))
      return try accepted.answer(key, ask)
    }
    check.explainsFailures = false
    check.noun = "crash states of seed \(run.seed)"
    // Here, because there is no image before the first run.
    try isTriedOut.withLock { isTriedOut in
      if !isTriedOut { try check.tryOut() }
      isTriedOut = true
    }
    return RunCommandAnswers(
      tallies: try check.answers(about: states).tallies, isCutShort: Interrupts.isRequested)
  }

  /// A run has no recording until somebody wants to keep one.
  private static func replay(_ state: CrashState) -> String {
    "powercut replay RUN --state \("\(state)".shellQuoted) --output state.img "
      + "(RUN: the recording in the folder that fuzz --output makes)"
  }

  private static func imageName(_ image: StackName.Image) -> String {
    image.isOpaque ? "image.img" : "image.\(image.rawValue)"
  }
}

extension RunCarrier {
  /// What makes the same runs, judged by commands, too, where there are any.
  ///
  /// - Throws: ``ToolError`` where no command can judge them.
  func judged(by commands: CampaignCommands?) throws -> RunCarrier {
    guard let commands else { return self }
    switch self {
    case .device(let carrier): return .device(CommandedCarrier(carrier, commands: commands))
    case .files:
      throw ToolError(
        "--command judges the crash states of one file that a client writes to, and not a database")
    }
  }
}
