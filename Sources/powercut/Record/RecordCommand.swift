import ArgumentParser
import Host
import Recorder
import ToolSupport

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Run a program and record what it does to its files.",
    discussion: """
      Each file below the watched folder that the program changes gets a folder of its own below \
      --output, which check, replay, inspect and bisect take. docs/recording.md says what is seen and \
      what is not.

      Exit status: 0 something was recorded, 2 could not, or something was done that cannot be seen, 3 \
      nothing was changed, 130 interrupted.
      """)

  enum Order: String, ExpressibleByArgument, CaseIterable {
    /// The program's own.
    case observed
  }

  @Option(help: "The folder whose files are recorded.")
  var watch: String

  @Option(help: "Where the recordings go: a new folder.")
  var output: String

  @Option(help: "Whose order the operations have: observed is the program's own.")
  var order = Order.observed

  @Option(
    help: ArgumentHelp(
      "Leave files of this name alone: '*-shm'. Can be repeated.", valueName: "pattern"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Keep files of up to so many bytes whole from the beginning. Of larger ones the recording keeps what the \
      program changes, and is of use as long as nobody changes the rest. (default: 64MiB)
      """, valueName: "size"))
  var keepWhole: ByteCountArgument?

  @OptionGroup var markSource: MarkSourceOptions

  @Argument(parsing: .postTerminator, help: "The program and its arguments, behind --.")
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("name the program behind --: powercut record … -- qemu-io …")
    }
  }

  func run() throws {
    try Tool.run {
      var options = Recorder.Options(
        watched: watch, output: output, libraryPath: try PreloadedLibrary.path())
      options.ignoredNames = ignore
      options.greatestWholeByteCount = keepWhole?.byteCount ?? Self.greatestWholeByteCount
      options.marksFromOutput = markSource.marksFromStdout
      let recorder = try Recorder(options) { summary in
        try RecordingManifest(recorded: summary).text()
      }
      let outcome = try recorder.run(command) { Interrupts.isRequested }
      return try report(outcome)
    }
  }

  /// What is copied in the blink of an eye.
  private static let greatestWholeByteCount: UInt64 = 64 << 20

  private func report(_ outcome: Recorder.Outcome) throws -> Int32 {
    var text = ""
    for file in outcome.files {
      text += "\(file.folder): \(file.entryCount) entries, \(file.writeCount) writes, "
      text += "\(file.flushCount) flushes of \(file.path)\n"
      if file.lentByteCount > 0 {
        text += """
            \(file.lentByteCount) bytes of it stand in the file alone: check it before the file is \
          changed, or record with --keep-whole \(file.initialByteCount)

          """
      }
      if file.unfinishedCount > 0 {
        text += """
            \(file.unfinishedCount) calls never returned; what the file shows of them is recorded

          """
      }
    }
    if outcome.markCount > 0 { text += "marks: \(outcome.markCount)\n" }
    text += "command: \(outcome.commandStatus.words)\n"
    try StandardStreams.writeResult(text)
    for problem in outcome.problems {
      try StandardStreams.writeProgress("powercut: not recorded: \(problem)\n")
    }
    // What lacks something is different, and says so already.
    let differences =
      outcome.problems.isEmpty ? try RecordedEnd(output).differences() : []
    for difference in differences {
      try StandardStreams.writeProgress("powercut: not recorded as it was: \(difference)\n")
    }
    if outcome.wasInterrupted { return Tool.interruptedStatus() }
    if !outcome.problems.isEmpty || !differences.isEmpty { return Tool.failureStatus }
    if outcome.hasChanges { return 0 }
    try StandardStreams.writeProgress(
      "powercut: nothing below '\(watch)' was changed. Name the folder that the program writes to.\n"
    )
    return 3
  }
}

extension RecordingManifest {
  /// What is said of a file that a real program wrote.
  init(recorded summary: RecordedFileSummary) {
    self.init(
      stack: "raw:exact", bugs: [], seed: nil, initialByteCount: summary.initialByteCount)
    isFile = true
    isComplete = summary.isComplete
    path = summary.path
    node = summary.node
    problems = summary.problems.map(\.description)
    unfinishedCount = summary.unfinishedCount
  }
}
