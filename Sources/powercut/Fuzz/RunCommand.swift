import ArgumentParser
import Campaign
import Host
import Reporting
import ToolSupport

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
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let empty = RunReport(command: "run", subject: paths.joined(separator: " "))
      return try outputOptions.report(empty, stopwatch, jobCount: jobOptions.jobs) {
        report, timing in
        let scenarios = try RunnableScenarios(
          paths, programOptions, commands: commands.judges(jobCount: jobOptions.jobs))
        for outcome in scenarios.notRun { report.add(outcome) }
        timing.scenarioNanoseconds = scenarios.notRun.map { _ in 0 }
        // Programs by themselves: some of them can have to be alone on the machine.
        for batch in [scenarios.simulated, scenarios.programs] where !report.isInterrupted {
          let jobCounts = batch.map { jobOptions.jobs(for: $0.scenario.configuration.stack) }
          guard let jobCount = jobCounts.min() else { continue }
          try carryOut(batch, jobCount: jobCount, stopwatch, &report, &timing)
        }
        report.addCommandNotes(comparesRecoveries: scenarios.haveImages, tiers: scenarios.tiers)
      }
    }
  }

  private func carryOut(
    _ batch: [RunnableScenario], jobCount: Int, _ stopwatch: Stopwatch,
    _ report: inout RunReport, _ timing: inout ReportTiming
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
      progress.show(result.outcome.path)
      report.add(result.outcome, result.findings)
      timing.scenarioNanoseconds.append(result.elapsedNanoseconds)
      outputOptions.prepare(report, timing, stopwatch)
      return true
    }
    progress.clear()
  }
}

/// What a scenario gave, carried from its thread to the one that reports.
struct ScenarioResult: Sendable {
  let outcome: ScenarioOutcome
  let findings: [Finding]
  let elapsedNanoseconds: UInt64

  init(_ runnable: RunnableScenario) {
    let stopwatch = Stopwatch()
    (outcome, findings) = runnable.scenario.run(path: runnable.path, carrier: runnable.carrier)
    elapsedNanoseconds = stopwatch.elapsedNanoseconds
  }
}
