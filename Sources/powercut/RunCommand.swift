import ArgumentParser
import Campaign
import Host
import Reporting

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run scenarios: for CI.",
    discussion: """
      A scenario that starts a real program runs with --allow-exec only. Without it, those of folders are \
      left out and named, and one that is given by itself is refused.
      """)

  @Argument(help: "Scenario files, or folders that are searched for *.yaml.")
  var paths = ["Scenarios"]

  @OptionGroup var programOptions: ProgramRunOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command")
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let scenarios = try RunnableScenarios(
        paths, programOptions, commands: commands.judges(jobCount: jobOptions.jobs))
      var report = RunReport(command: "run", subject: paths.joined(separator: " "))
      report.notes = scenarios.notes
      // Programs by themselves: they are to be alone on the machine as far as they can.
      for batch in [scenarios.simulated, scenarios.programs] {
        guard let first = batch.first, !report.isInterrupted else { continue }
        try carryOut(
          batch, jobCount: jobOptions.jobs(for: first.scenario.configuration.stack), &report)
      }
      report.addCommandNotes(comparesRecoveries: scenarios.haveImages, tiers: scenarios.tiers)
      try outputOptions.write(report, stopwatch.timing(jobCount: jobOptions.jobs))
      return report.exitStatus
    }
  }

  private func carryOut(
    _ batch: [RunnableScenario], jobCount: Int, _ report: inout RunReport
  ) throws {
    var progress = ProgressLine()
    let pool = RunPool(jobCount: jobCount, isOneByOne: !commands.isEmpty)
    try pool.run(indexCount: batch.count) { index in
      ScenarioResult(batch[index])
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
  }
}

/// What a scenario gave, carried from its thread to the one that reports.
struct ScenarioResult: Sendable {
  private let result: Result<(RunReport.ScenarioOutcome, [Finding]), StalledRun>
  private let path: String

  init(_ runnable: RunnableScenario) {
    path = runnable.path
    do throws(StalledRun) {
      result = .success(
        try runnable.scenario.run(path: runnable.path, carrier: runnable.carrier))
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
