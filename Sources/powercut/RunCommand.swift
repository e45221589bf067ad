import ArgumentParser
import Campaign
import Host
import Reporting

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run scenarios: for CI.")

  @Argument(help: "Scenario files, or folders that are searched for *.yaml.")
  var paths = ["Scenarios"]

  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let scenarios = try load()
      var report = RunReport(command: "run", subject: paths.joined(separator: " "))
      var progress = ProgressLine()
      try WorkerPool(jobCount: jobOptions.jobs).run(indexCount: scenarios.count) { index in
        ScenarioResult(scenarios[index])
      } consume: { _, result in
        if Interrupts.isRequested {
          report.isInterrupted = true
          return false
        }
        let (outcome, findings) = try result.get()
        progress.show(outcome.path)
        report.add(outcome, findings)
        return true
      }
      progress.clear()
      try outputOptions.write(report, stopwatch.timing(jobCount: jobOptions.jobs))
      return report.exitStatus
    }
  }

  /// Reads every scenario before the first one runs, so that a mistake in the last file does not show
  /// after an hour.
  private func load() throws -> [LoadedScenario] {
    var files: [String] = []
    for path in paths {
      files += Folders.isFolder(path) ? try Folders.files(below: path, suffix: ".yaml") : [path]
    }
    return try files.map(LoadedScenario.init(path:))
  }
}

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

/// What a scenario gave, carried from its thread to the one that reports.
struct ScenarioResult: Sendable {
  private let result: Result<(RunReport.ScenarioOutcome, [Finding]), StalledRun>
  private let path: String

  init(_ loaded: LoadedScenario) {
    path = loaded.path
    do throws(StalledRun) {
      result = .success(try loaded.scenario.run(path: loaded.path))
    } catch {
      result = .failure(error)
    }
  }

  func get() throws -> (RunReport.ScenarioOutcome, [Finding]) {
    do {
      return try result.get()
    } catch {
      throw ToolError("\(path): \(error)")
    }
  }
}
