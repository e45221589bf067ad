import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import VHDX

/// Other programs as judges of the crash states.
struct CommandOptions: ParsableArguments {
  private static let usualTimeLimit = DurationArgument(seconds: 60)

  @Option(
    name: .customLong("command"),
    help: ArgumentHelp(
      """
      A program that judges each distinct crash state's image: 'qemu-img check -r all {image}'. Exit 0 \
      is good, 125 cannot tell, anything else is bad. No shell. Can be repeated. Of a recording of \
      several files, with joint.txt, it judges their folder: 'my-check {folder}'.
      """, valueName: "words"),
    transform: { try ImageCommand(parsing: $0, for: Self.subject(of: $0)) })
  var commands: [ImageCommand] = []

  @Option(help: "How long a command may take for one image: 60s.")
  var commandTimeout = usualTimeLimit

  var isEmpty: Bool { commands.isEmpty }

  private static func subject(of text: String) -> ImageCommand.Subject {
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
      "--command '\(other)': this is a recording of \(what), so write \(subject.placeholder)")
  }

  /// The same options as they are typed.
  var words: [String] {
    var words = commands.flatMap { ["--command", $0.text.shellQuoted] }
    if !isEmpty, commandTimeout.nanoseconds != Self.usualTimeLimit.nanoseconds {
      words += ["--command-timeout", commandTimeout.defaultValueDescription]
    }
    return words
  }

  /// How many threads are used: our own rules take one.
  func jobCount(_ options: JobOptions) -> Int { isEmpty ? 1 : options.jobs }

  /// - Throws: where there are commands: an image alone has no crash states.
  func refuseForImage() throws {
    guard !isEmpty else { return }
    throw ToolError(
      "--command is for the crash states of a log: run the command on the image itself")
  }

  /// `nil` where no command was given.
  ///
  /// - Parameter replay: the command line that writes images, up to the name of the state.
  func check(
    _ history: DiskHistory, recovery: RecoveryProfile?, jobCount: Int, replay: String
  ) throws -> CommandCheck? {
    if isEmpty { return nil }
    try require(.image)
    let judges = commands.map { command in
      CommandJudge(command, history: history, recovery: recovery) { state in
        "\(replay) --state \("\(state)".shellQuoted) --output state.img"
      }
    }
    let runner = CommandRunner(
      history: history, folder: try TemporaryFolder(prefix: "powercut-command"),
      imageName: recovery == nil ? "image.raw" : "image.vhdx",
      limitSeconds: limitSeconds,
      looksAtFiles: recovery != nil)
    return CommandCheck(
      judges: judges, history: history, runner: runner, jobCount: jobCount,
      comparesRecoveries: recovery != nil,
      firstCut: recovery.map { UsableCut.first(in: history, recovery: $0) } ?? 0)
  }
}
