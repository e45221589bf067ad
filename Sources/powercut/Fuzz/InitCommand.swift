import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import Programs
import Scheduling
import ToolSupport

struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write a scenario for a program of your own: powercut.yaml.",
    discussion: """
      powercut init --setup './kv init {folder}' --run './kv load {folder} {seed}' \
      --check './kv verify {folder}' --marks-from-stdout '^(ack [0-9]+)'

      With --run and --check the program is run once, and what was seen of it is said. Without them the file has \
      names to be replaced. 'powercut test' carries it out.
      """)

  @Argument(help: "The file to write.")
  var path = TestCommand.fileName

  @Option(help: "Makes what is there, and durable, before the first cut: './kv init {folder}'.")
  var setup: String?

  @Option(
    name: .customLong("run"), help: "The program: './kv load {folder} {seed}'. Can be repeated.")
  var programs: [String] = []

  @Option(
    name: .customLong("check"), help: "Judges a crash state: './kv verify {folder}'.")
  var judge: String?

  @Option(
    help: """
      In the place of --check, a judge that is built in: lines:FILE, same-as-some-mark, \
      same-as-some-mark:PATTERN,…, opens (docs/your-program.md).
      """,
    transform: { try FolderOracle(parsing: $0) })
  var oracle: FolderOracle?

  @OptionGroup var markSource: MarkSourceOptions

  /// Whether there are names to be replaced.
  private var isBlank: Bool { judge == nil && oracle == nil }

  func validate() throws {
    guard programs.isEmpty == isBlank, judge == nil || oracle == nil else {
      throw ValidationError(
        "--run and --check (or --oracle) go together: the program, and what judges a state")
    }
    guard setup == nil || !isBlank else {
      throw ValidationError("--setup goes with --run and --check")
    }
  }

  func run() throws {
    try Tool.run {
      guard !Folders.exists(path) else {
        throw ToolError("'\(path)' is there already, and is not written over: name another file")
      }
      try OutputFile.write(try text(), to: path)
      guard !isBlank else {
        try say("\(path) is written: put the names of your program into it, then 'powercut test'")
        return 0
      }
      return try firstRun()
    }
  }

  private func say(_ line: String) throws { try StandardStreams.writeResult(line + "\n") }

  // MARK: The file

  private func text() throws -> String {
    let setup = self.setup ?? (isBlank ? "./program init {folder}" : nil)
    let programs = isBlank ? ["./program work {folder} {seed}"] : self.programs
    let lines: [String?] = [
      "# What 'powercut test' does with a program. docs/your-program.md has every key.",
      "summary: What was acknowledged survives a power cut.",
      "stack: program:custom",
      "program:",
      "  # {folder} is a new folder, {seed} the seed, {here} the folder of this file. No shell is involved.",
      setup.map { _ in "  # What this leaves is durable before the first cut." },
      try setup.map { "  setup: \(try Self.yaml("setup", $0))" },
      "  # The program; a list of lists runs several side by side. It has to end by itself.",
      "  run: \(try Self.yaml(ofAll: "run", programs))",
    ]
    let end: [String?] = [
      "# A mark: a line that the program prints when something is durable, or appends to $POWERCUT_MARKS.",
      marksLine,
      "# owned: the seed decides which operation of which process comes next. recorded: the program does.",
      "order: owned",
      "states: [\(Tier.defaultOfFiles.map { "\"\($0)\"" }.joined(separator: ", "))]",
      "schedule: { seeds: 1..10 }",
      "expect: pass",
    ]
    return (lines + (try judgeLines) + end).compactMap { $0 }.joined(separator: "\n") + "\n"
  }

  private var judgeLines: [String] {
    get throws {
      if let oracle {
        return [
          "  # Built in: what it means is in docs/your-program.md.",
          "  oracle: \(Self.quoted("\(oracle)"))",
        ]
      }
      return [
        "  # Judges every folder that a power cut could have left: 0 good, 125 cannot tell, all else bad.",
        "  # The file $POWERCUT_MARKS_BEFORE has the marks before the cut: what was promised by then.",
        "  check: \(try Self.yaml("check", judge ?? "./check {folder}"))",
      ]
    }
  }

  private var marksLine: String {
    if let pattern = markSource.marksFromStdout?.text {
      return "marks: { stdout: \(Self.quoted(pattern)), at-least: 1 }"
    }
    return (isBlank ? "" : "# ") + "marks: { stdout: '^(ack [0-9]+)', at-least: 1 }"
  }

  private static func yaml(_ name: String, _ text: String) throws -> String {
    "[\(try CommandsOptions.words(name, text).map(quoted).joined(separator: ", "))]"
  }

  private static func yaml(ofAll name: String, _ texts: [String]) throws -> String {
    if texts.count == 1 { return try yaml(name, texts[0]) }
    return "[\(try texts.map { try yaml(name, $0) }.joined(separator: ", "))]"
  }

  /// Between single quotes, in which only they mean something.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "''") + "'"
  }

  // MARK: The first run

  /// Runs the program in its own order, and says what was seen.
  private func firstRun() throws -> Int32 {
    var scenario = try LoadedScenario(path: path).scenario
    guard var commands = scenario.configuration.commands else { return 0 }
    commands.order = .recorded
    scenario.configuration.workload = .commands(commands)
    let seed = scenario.seeds.first
    let run: CommandsRun
    do {
      run = try CommandsRun(
        scenario.configuration, commands, seed: seed, libraryPath: try PreloadedLibrary.path()
      ) { try RecordingManifest(recorded: $0).text() }
    } catch let failure as ProgramFailure {
      throw ToolError("\(path) is written, but the first run failed: \(failure.reason)")
    }
    let recording = try JointRecording(run.recording, LogOptions.parse([]), isQuiet: true)
    let space = StateSpace(recording.files, tiers: scenario.tiers, seed: seed.rawValue)
    let counts = space.counts(of: scenario.tiers).reduce(UInt64(0)) { sum, count in
      sum > .max - count ? .max : sum + count
    }
    try say(
      """
      \(path) is written. A first run did \(recording.files.stepCount) operations on \
      \(recording.files.files.count) files and made \(run.markCount) marks; a seed has about \(counts) crash states.
      """)
    if run.markCount == 0 {
      try say(
        """
        No marks: the check can ask whether a folder is sound, and not whether what was promised is there. Have the \
        program print a line when something is durable, and name it under 'marks'.
        """)
    }
    let answer = try FolderJudge.answerToTheEnd(of: recording, by: commands, seed: seed)
    if answer.verdict == .cannotTell {
      throw ToolError(
        "the check cannot tell of what the program leaves in the end: mend that first")
    }
    guard answer.verdict == .accepted else {
      for violation in answer.violations { try say("\(violation.title)") }
      throw ToolError(
        "the check does not accept what the program leaves in the end: mend that first")
    }
    try say("The check accepts what the program leaves in the end. Next: powercut test")
    return 0
  }
}
