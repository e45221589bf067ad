import Campaign
import Host

/// A scenario with what makes its runs.
struct RunnableScenario: Sendable {
  var path: String
  var scenario: Scenario
  var carrier: any RunCarrier
}

/// The scenarios of files and folders, in their order.
struct RunnableScenarios {
  private(set) var simulated: [RunnableScenario] = []
  private(set) var programs: [RunnableScenario] = []
  /// Which were left out, and why.
  private(set) var notes: [String] = []

  /// Reads every scenario before the first one runs, so that a mistake in the last file does not show
  /// after an hour.
  ///
  /// - Throws: ``ToolError`` where a file is no scenario, or names a program that must not be started.
  init(_ paths: [String], _ options: ProgramRunOptions) throws {
    for path in paths {
      if Folders.isFolder(path) {
        for file in try Folders.files(below: path, suffix: ".yaml") {
          try add(LoadedScenario(path: file), options, isNamed: false)
        }
      } else {
        try add(LoadedScenario(path: path), options, isNamed: true)
      }
    }
  }

  private mutating func add(
    _ loaded: LoadedScenario, _ options: ProgramRunOptions, isNamed: Bool
  ) throws {
    let path = loaded.path
    var scenario = loaded.scenario
    guard let program = scenario.configuration.stack.program else {
      simulated.append(
        RunnableScenario(path: path, scenario: scenario, carrier: SimulatedCarrier()))
      return
    }
    if !options.allowExec && !isNamed {
      notes.append(
        "not run: \(path) starts \(program.executableName), which takes --allow-exec")
      return
    }
    scenario.configuration = scenario.configuration.running(options.program)
    do {
      programs.append(
        RunnableScenario(
          path: path, scenario: scenario,
          carrier: try options.carrier(for: scenario.configuration.stack)))
    } catch {
      throw ToolError("\(path): \(error)")
    }
  }
}

/// A scenario's file, read.
struct LoadedScenario: Sendable {
  var path: String
  var scenario: Scenario

  /// - Throws: ``ToolError`` with file and line where it is no scenario.
  init(path: String) throws {
    self.path = path
    do {
      scenario = try Scenario(parsing: InputFile.text(path))
    } catch let error as ScenarioError {
      throw ToolError("\(path): \(error)")
    }
  }
}
