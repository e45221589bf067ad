import ArgumentParser
import Campaign
import Checking
import CrashStates
import Recorder
import Scheduling
import Stacks

/// The commands of a program and of its check, in the place of a scenario that has them.
struct CommandsOptions: ParsableArguments {
  @Option(help: "Makes what is there, and durable, before the first cut: './kv init {folder}'.")
  var setup: String?

  @Option(
    name: .customLong("run"),
    help: "The program: './kv load {folder} {seed}'. Can be repeated: several run side by side.")
  var programs: [String] = []

  @Option(
    name: .customLong("check"), help: "Judges a crash state: './kv verify {folder}'.")
  var judge: String?

  @Option(
    name: .customLong("judge"),
    help: """
      In the place of --check, a program that is started once, reads a path a line, and answers each with 'good', \
      'bad TEXT' or 'skip'.
      """)
  var resident: String?

  @Option(
    help: """
      In the place of --check, a judge that is built in: lines:FILE, same-as-some-mark, \
      same-as-some-mark:PATTERN,…, opens (docs/your-program.md).
      """,
    transform: { try FolderOracle(parsing: $0) })
  var oracle: FolderOracle?

  @OptionGroup var markSource: MarkSourceOptions

  @Option(
    help: "How many marks a run must make, or it has checked nothing. (default: 1 with a pattern)")
  var marksAtLeast: Int?

  @Option(
    help: ArgumentHelp(
      "Names that are no part of the states: '*-shm'. Can be repeated.", valueName: "pattern"))
  var leaveOut: [String] = []

  @Option(
    help: """
      Who decides the order of the program's operations: owned, the seed; recorded, the program, as it runs. \
      (default: recorded)
      """)
  var order: ProgramCommands.Order?

  @OptionGroup var persona: PersonaOptions

  @Flag(help: "Cut what the check writes, too.")
  var recrash = false

  @Option(help: "Crash states by tier: \(Tier.forms), with commas between them.")
  var states = TierList(Tier.defaultOfFiles)

  /// Whether any of them says what is run.
  var isGiven: Bool { !programs.isEmpty || judgeCount > 0 || setup != nil }

  private var judgeCount: Int { [judge != nil, resident != nil, oracle != nil].count { $0 } }

  /// - Throws: `ValidationError` where they do not go together.
  func check() throws {
    guard isGiven else { return }
    guard !programs.isEmpty, judgeCount == 1 else {
      throw ValidationError(
        "--run and --check (or --judge, or --oracle) go together: the program, and what judges a state"
      )
    }
    guard !recrash || judge != nil || oracle == .opens else {
      throw ValidationError("--recrash records a check of each state by itself: give it as --check")
    }
  }

  /// - Throws: `ValidationError` where a text is no command.
  func scenario() throws -> Scenario {
    var commands = ProgramCommands(
      run: try programs.map { try Self.words("run", $0) },
      judge: try Self.judge(judge, resident, oracle))
    guard (try? commands.judge(seed: Seed(1))) != nil else {
      throw ValidationError(
        oracle == nil
          ? "--check '\(judge ?? "")': write {folder} where the path of the folder belongs that it judges"
          : "--oracle opens: write {folder} in --run where the path of the folder belongs")
    }
    commands.setup = try setup.map { [try Self.words("setup", $0)] } ?? []
    commands.ignoredNames = leaveOut
    commands.marksPattern = markSource.marksFromStdout?.text
    commands.leastMarkCount = ProgramCommands.leastMarkCount(
      given: marksAtLeast, pattern: commands.marksPattern, for: commands.judge)
    commands.order = order ?? .recorded
    commands.persona = persona.persona
    commands.cutsRecovery = recrash
    var configuration = RunConfiguration(stack: StackName(program: .custom))
    configuration.workload = .commands(commands)
    return Scenario(
      passing: configuration, summary: "Every crash state of the program is good to its check.",
      seeds: SeedRange(first: Seed(1), last: Seed(1)), tiers: states.tiers)
  }

  /// - Parameters: one of them is there.
  private static func judge(
    _ check: String?, _ resident: String?, _ oracle: FolderOracle?
  ) throws -> ProgramCommands.Judge {
    if let oracle { return .oracle(oracle) }
    if let resident { return .resident(try words("judge", resident)) }
    return .check(try words("check", check ?? ""))
  }

  static func words(_ name: String, _ text: String) throws -> ProgramCommands.Words {
    do {
      let words = try CommandWords.split(text)
      guard let program = words.first, !program.isEmpty else {
        throw ValidationError("--\(name) '\(text)' names no program")
      }
      return words
    } catch let error as ImageCommandError {
      throw ValidationError("--\(name) '\(text)': \(error)")
    }
  }
}

extension ProgramCommands.Order: ExpressibleByArgument {}
