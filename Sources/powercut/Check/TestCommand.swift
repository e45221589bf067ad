import ArgumentParser
import Checking
import Host
import Recorder
import ToolSupport

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract:
      "Record a program in a folder of its own, and have its check judge every crash state.",
    discussion: """
      powercut test --setup './kv init {folder}' --run './kv load {folder} 1' --check './kv verify {folder}' \
      --marks-from-stdout '^(ack [0-9]+)'

      {folder} stands for the folder that is recorded and, for the check, for that of a crash state. What the \
      setup leaves is durable. The check exits with 0 for a good state and with 125 for one that it passes over; \
      the file $POWERCUT_MARKS_BEFORE tells it what the program had promised (docs/joint.md). No shell is involved.

      The recording stays in the output folder, for check, bisect and replay. Exit status: that of check; 2 where the \
      setup or the run fails.
      """)

  @Option(
    help: "Makes what is there, and durable, before the first cut: './kv init {folder}'.",
    transform: command)
  var setup: ImageCommand?

  @Option(
    name: .customLong("run"), help: "The program: './kv load {folder} 1'.", transform: command)
  var program: ImageCommand

  @Option(help: "Judges a crash state: './kv verify {folder}'.", transform: command)
  var check: ImageCommand

  @Option(
    help:
      "A new folder for the folder and its recording; one that this command has made is replaced.")
  var output = "powercut-test"

  @Option(
    help: ArgumentHelp(
      "Leave files of this name out: '*-shm'. Can be repeated.", valueName: "pattern"))
  var leaveOut: [String] = []

  @OptionGroup var markSource: MarkSourceOptions

  @Argument(
    parsing: .allUnrecognized,
    help:
      "Options of check: --states, --persona, --marks-at-least, --max-states, --format, --seed …")
  var checkOptions: [String] = []

  private static func command(_ text: String) throws -> ImageCommand {
    do { return try ImageCommand(parsing: text, for: .folder) } catch {
      throw ValidationError("'\(text)': \(error)")
    }
  }

  /// Those that check does not have.
  static let ownOptions: Set<String> = [
    "setup", "run", "check", "output", "leave-out", "marks-from-stdout",
  ]

  private var watched: String { "\(output)/folder" }
  private var recording: String { "\(output)/recording" }

  func run() throws {
    let words =
      [recording, "--command", check.text]
      + checkOptions
    let check = try CheckCommand.parse(words)
    try Tool.run {
      try makeFolder()
      try setUp()
      return try record()
    }
    try check.run()
  }

  private func makeFolder() throws {
    if Folders.exists(output) {
      let isOurs = Folders.exists("\(recording)/\(RecordedFolder.orderName)")
      guard try isOurs || Folders.names(in: output).isEmpty else {
        throw ToolError(
          "--output \(output): it is there, and not from this command; name a new folder")
      }
      Folders.remove(output)
    }
    try Folders.create(watched)
  }

  private func setUp() throws {
    guard let setup else { return }
    let outcome = try ChildProcess.run(argv: setup.words(forSubjectAt: Paths.absolute(watched)))
    guard outcome.status == .exited(0) else {
      throw ToolError(
        "--setup '\(setup)' ended with \(outcome.status.words): \(outcome.errorText)\(outcome.outputText)"
      )
    }
  }

  /// - Returns: 0 where the recording can be judged.
  private func record() throws -> Int32 {
    var options = Recorder.Options(
      watched: watched, output: recording, libraryPath: try PreloadedLibrary.path())
    options.ignoredNames = leaveOut
    options.marksFromOutput = markSource.marksFromStdout
    options.keepsOutput = true
    let recorder = try Recorder(options) { try RecordingManifest(recorded: $0).text() }
    let outcome = try recorder.run(program.words(forSubjectAt: Paths.absolute(watched))) {
      Interrupts.isRequested
    }
    if outcome.wasInterrupted { return Tool.interruptedStatus() }
    // What it lacks, check says.
    if outcome.problems.isEmpty { _ = try RecordedEnd(recording).differences() }
    guard outcome.commandStatus == .exited(0) else {
      throw ToolError(
        "--run '\(program)' ended with \(outcome.commandStatus.words); what it printed is in \(recording)/\(Recorder.saidName)"
      )
    }
    return 0
  }
}
