import ArgumentParser
import Campaign
import Host
import Reporting
import Rules
import ToolSupport

struct ShrinkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shrink",
    abstract: "Make a finding smaller: fewer operations and switches that break the same rule.",
    discussion: """
      Takes a finding's folder, of which the run as it was found is made smaller again, or a scenario \
      that expects a rule to be broken. The result of a folder is kept beside it, or over it where it is \
      the same; that of a scenario is printed, or kept in --output as 'fuzz --output' does it.
      """)

  @Argument(help: "A finding's folder, or a scenario file.")
  var path: String

  @Option(help: "A folder for the finding.")
  var output: String?

  @Option(help: "How long it is made smaller at most: 30s, 5m.")
  var duration = DurationArgument(seconds: 30)

  @OptionGroup var programOptions: ProgramRunOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let empty = RunReport(command: "shrink", subject: path)
      return try outputOptions.report(empty, stopwatch) { report, _ in
        try shrink(stopwatch, &report)
      }
    }
  }

  private func shrink(_ stopwatch: Stopwatch, _ report: inout RunReport) throws {
    let (file, scenario) = try subject()
    if let reason = scenario.reasonNotToRun(hasCommands: !commands.isEmpty) {
      throw ToolError("\(file) \(reason)")
    }
    let carrier = try programOptions.carrier(
      for: scenario.configuration.stack, named: scenario.configuration.program?.executable
    )
    .judged(by: commands.judges(jobCount: Processors.count))
    guard let group = try minimized(scenario, from: file, carrier, stopwatch, &report) else {
      report.isInterrupted = true
      return
    }
    report.groups = [group]
    report.findings = [group.finding]
    guard let output = output ?? (Folders.isFolder(path) ? "\(path)/.." : nil) else { return }
    let folder = try FindingFolder(output, carrier: carrier)
    try folder.write(group, command: report.command)
    report.findings = [folder.reproducible(group)]
    report.notes.append("kept in \(folder.folder(of: group))")
  }

  /// The scenario's file, and what it holds.
  private func subject() throws -> (file: String, scenario: Scenario) {
    let file = Folders.isFolder(path) ? "\(path)/\(FindingFolder.unshrunkName)" : path
    var scenario = try LoadedScenario(path: file).scenario
    scenario.configuration = scenario.configuration.running(programOptions.program)
    return (file, scenario)
  }

  /// - Returns: `nil` where an interrupt came before the run was judged.
  private func minimized(
    _ scenario: Scenario, from file: String, _ carrier: RunCarrier, _ stopwatch: Stopwatch,
    _ report: inout RunReport
  ) throws -> FindingGroup? {
    guard case .breaks(let rule, _) = scenario.expectation else {
      throw ToolError("\(file): expects nothing to be broken, so there is nothing to make smaller")
    }
    if scenario.configuration.commands != nil {
      return try minimizedCommands(scenario, rule, from: file, carrier, stopwatch, &report)
    }
    guard scenario.configuration.hasClient, case .device(let carrier) = carrier else {
      throw ToolError(
        "\(file): only a client's operations can be made smaller, not images or transactions")
    }
    let judging = carrier.carrier(judging: rule)
    guard let judged = try scenario.firstRun(breaking: rule, carrier: judging) else {
      // Then no command was asked to the end.
      if Interrupts.isRequested { return nil }
      throw Self.mended(scenario, rule, file)
    }
    report.counts.add(judged.judgement)
    let group = try FindingGroup.minimizing(judged, rule: rule) {
      stopwatch.elapsedNanoseconds < duration.nanoseconds && !Interrupts.isRequested
    }
    guard var group else {
      throw ToolError("\(file): the listed operations alone do not break \(rule.rawValue)")
    }
    let program = scenario.configuration.programWords(
      namesExecutable: programOptions.program != nil)
    group.finding.reproduce =
      (["powercut", "replay-run", file.shellQuoted] + program + commands.words)
      .joined(separator: " ")
    return group
  }

  private static func mended(_ scenario: Scenario, _ rule: Rule, _ file: String) -> ToolError {
    ToolError(
      """
      \(file): no seed of \(scenario.seeds) breaks \(rule.rawValue) now. If it was mended, \
      'powercut run' with 'expect: pass' keeps it so.
      """)
  }

  /// Of a program of the user's: fewer commands, faults, and switches between them.
  private func minimizedCommands(
    _ scenario: Scenario, _ rule: Rule, from file: String, _ carrier: RunCarrier,
    _ stopwatch: Stopwatch, _ report: inout RunReport
  ) throws -> FindingGroup? {
    var plan = FuzzPlan(PlannedScenario(path: file, scenario: scenario))
    plan.carrier = carrier
    var tally = FuzzTally(plan)
    let runs = SeedRuns(
      plan: plan, part: SeedPart(seeds: plan.seeds, shard: nil), jobCount: 1)
    try runs.carryOut(into: &tally) { _, _, wanted in wanted }
    if Interrupts.isRequested { return nil }
    report.counts = tally.finalReport.counts
    guard let finding = tally.examples.first(where: { $0.rule == rule }) else {
      throw Self.mended(scenario, rule, file)
    }
    var group = try FindingGroup.minimizing(finding, of: plan) {
      stopwatch.elapsedNanoseconds < duration.nanoseconds && !Interrupts.isRequested
    }
    group?.finding.reproduce = "powercut replay-run \(file.shellQuoted) --allow-exec"
    return group
  }
}
