import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import ToolSupport

/// Other programs as judges of the crash states.
struct CommandOptions: ParsableArguments {
  private static let usualLimitSeconds: UInt64 = 60

  @Option(
    name: .customLong("command"),
    help: ArgumentHelp(
      """
      A program that judges each distinct crash state's image: 'qemu-img check -r all {image}'. Exit 0 \
      is good, 125 cannot tell, anything else is bad. No shell. Can be repeated. Where check is given a \
      recording of several files, with joint.txt, it judges their folder: 'my-check {folder}'.
      """, valueName: "words"),
    transform: { try ImageCommand(parsing: $0, for: Self.subject(of: $0)) })
  var givenCommands: [ImageCommand] = []

  @Option(
    name: .customLong("judge"),
    help: ArgumentHelp(
      """
      Of several files: a program that judges one folder after the other. It is started once for each processor, reads \
      a path a line, and answers each with 'good', 'bad TEXT' or 'skip'. Can be repeated.
      """, valueName: "words"),
    transform: { try ImageCommand(resident: $0) })
  var judges: [ImageCommand] = []

  @Option(
    name: .customLong("oracle"),
    help: ArgumentHelp(
      """
      Of several files: a judge that is built in. lines:FILE: every mark before the cut is a line of FILE. \
      same-as-some-mark: the folder is as it was at the last mark before the cut, or at a later one; \
      same-as-some-mark:PATTERN,… but for names that these fit. Can be repeated.
      """, valueName: "oracle"),
    transform: { ImageCommand(try FolderOracle(parsing: $0)) })
  var oracles: [ImageCommand] = []

  @Option(help: "How long a command may take for one image: 60s.")
  var commandTimeout = DurationArgument(seconds: usualLimitSeconds)

  var commands: [ImageCommand] { givenCommands + judges + oracles }

  var isEmpty: Bool { commands.isEmpty }

  static func subject(of text: String) -> ImageCommand.Subject {
    let isOfFolders =
      text.contains(ImageCommand.Subject.folder.placeholder)
      && !text.contains(ImageCommand.Subject.image.placeholder)
    return isOfFolders ? .folder : .image
  }

  /// How long a command may take, in seconds.
  var limitSeconds: UInt64 { commandTimeout.nanoseconds / 1_000_000_000 }

  /// - Throws: where a command is for something else than what is judged.
  func require(_ subject: ImageCommand.Subject) throws {
    guard let other = commands.first(where: { $0.subject != subject }) else { return }
    let what = subject == .image ? "one file" : "several files"
    throw ToolError(
      "\(other.optionName) '\(other)': this is a recording of \(what), so \(other.advice(for: subject))"
    )
  }

  /// The same options as they are typed.
  var words: [String] {
    Self.words(commands, limitSeconds: limitSeconds)
  }

  static func words(_ commands: [ImageCommand], limitSeconds: UInt64) -> [String] {
    var words = commands.flatMap { [$0.optionName, $0.text.shellQuoted] }
    if commands.contains(where: { $0.oracle == nil }), limitSeconds != usualLimitSeconds {
      words += ["--command-timeout", "\(limitSeconds)s"]
    }
    return words
  }

  /// `nil` where no command was given.
  ///
  /// - Parameter replay: the command line that writes images, up to the name of the state.
  func check(
    _ history: DiskHistory, format: any ImageFormat, jobCount: Int, seed: UInt64, replay: String
  ) throws -> CommandCheck? {
    if isEmpty { return nil }
    try require(.image)
    let byteCount = history.byteCount(atCut: history.entryCount)
    return try CommandCheck(
      commands, history, format: format, imageName: "image.\(format.name)",
      folder: try TemporaryFolder(
        prefix: Self.folderPrefix, prefersMemory: byteCount <= Self.smallByteCount),
      limitSeconds: limitSeconds, jobCount: jobCount, seed: seed
    ) { "\(replay) --state \("\($0)".shellQuoted) --output state.img" }
  }

  /// The commands as judges of runs; `nil` where none was given.
  ///
  /// - Parameter jobCount: how many of them run side by side.
  /// - Throws: ``ToolError`` where a command is for folders.
  func judges(jobCount: Int) throws -> CampaignCommands? {
    try CampaignCommands(commands, limitSeconds: limitSeconds, jobCount: jobCount)
  }

  static let folderPrefix = "powercut-command"
  /// Images up to here are kept in memory, a copy for each job.
  private static let smallByteCount: UInt64 = 64 << 20
}

extension ImageCommand {
  /// The option that it is given by.
  var optionName: String {
    if oracle != nil { return "--oracle" }
    return isResident ? "--judge" : "--command"
  }

  /// What to do where something else is judged than it is for.
  func advice(for subject: Subject) -> String {
    oracle == nil && !isResident
      ? "write \(subject.placeholder)" : "leave it out: it judges a folder with its files"
  }
}
