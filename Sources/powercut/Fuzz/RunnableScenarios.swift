import Campaign
import CrashStates
import Host
import Stacks
import ToolSupport

/// A scenario with what makes its runs.
struct RunnableScenario: Sendable {
  var path: String
  var scenario: Scenario
  var carrier: RunCarrier
}

/// The scenarios of files and folders, in their order.
struct RunnableScenarios {
  private(set) var simulated: [RunnableScenario] = []
  private(set) var programs: [RunnableScenario] = []
  /// Which were left out, and which cannot be run; each says why.
  private(set) var notRun: [ScenarioOutcome] = []
  private let options: ProgramRunOptions
  /// `nil` where no command was given. One for all, since they are tried out once.
  private let commands: CampaignCommands?

  /// Reads every scenario before the first one runs, so that a mistake in the last file does not show
  /// after an hour. One that cannot be read or run costs the others nothing.
  ///
  /// - Parameter commands: what judges the runs beside our rules.
  /// - Throws: where a folder cannot be read.
  init(
    _ paths: [String], _ options: ProgramRunOptions, commands: CampaignCommands?
  ) throws {
    self.options = options
    self.commands = commands
    for path in paths {
      if Folders.isFolder(path) {
        for file in try Folders.files(below: path, suffix: ".yaml") { add(file, isNamed: false) }
      } else {
        add(path, isNamed: true)
      }
    }
  }

  /// Whether there are images for commands to recover.
  var haveImages: Bool { all.contains { $0.scenario.configuration.stack.image.isOfKnownFormat } }
  /// The crash states of all of them.
  var tiers: [Tier] { all.flatMap(\.scenario.tiers) }
  private var all: [RunnableScenario] { simulated + programs }

  private mutating func add(_ path: String, isNamed: Bool) {
    do {
      try add(LoadedScenario(readingAt: path), isNamed: isNamed)
    } catch {
      notRun.append(.unfinished(path: path, reason: "\(error)"))
    }
  }

  /// - Throws: ``ToolError`` where it is no scenario, names a program that must not be started, or is one
  ///   that needs a command or that no command can judge.
  private mutating func add(_ loaded: LoadedScenario, isNamed: Bool) throws {
    let path = loaded.path
    if let reason = loaded.scenario.reasonNotToRun(hasCommands: commands != nil) {
      if isNamed { throw ToolError("it \(reason)") }
      skip(loaded, "it \(reason)")
      return
    }
    var scenario = loaded.scenario
    guard let program = scenario.configuration.stack.program else {
      simulated.append(try runnable(path, scenario, .simulated))
      return
    }
    if !options.allowExec && !isNamed {
      skip(loaded, "it starts \(started(program, scenario)), which takes --allow-exec")
      return
    }
    scenario.configuration = scenario.configuration.running(options.program)
    programs.append(
      try runnable(
        path, scenario,
        options.carrier(
          for: scenario.configuration.stack, named: scenario.configuration.startedText)))
  }

  private mutating func skip(_ loaded: LoadedScenario, _ reason: String) {
    notRun.append(
      .skipped(path: loaded.path, summary: loaded.scenario.summary, reason: reason))
  }

  /// The program's file of the command line, or else of the scenario.
  private func started(_ program: ProgramStack, _ scenario: Scenario) -> String {
    program.startedWords(options.program ?? scenario.configuration.startedText)
  }

  private func runnable(
    _ path: String, _ scenario: Scenario, _ carrier: RunCarrier
  ) throws -> RunnableScenario {
    RunnableScenario(
      path: path, scenario: scenario, carrier: try carrier.judged(by: commands))
  }
}

/// A scenario's file, read.
struct LoadedScenario: Sendable {
  var path: String
  var scenario: Scenario
}

extension LoadedScenario {
  /// - Throws: ``ToolError`` with file and line where it is no scenario.
  init(path: String) throws {
    do {
      try self.init(readingAt: path)
    } catch let error as ScenarioError {
      throw ToolError("\(path): \(error)")
    }
  }

  /// - Throws: ``HostError`` or ``ScenarioError``, which does not name the file.
  init(readingAt path: String) throws {
    self.path = path
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    scenario = try Scenario(parsing: InputFile.text(path), folder: folder)
  }
}
