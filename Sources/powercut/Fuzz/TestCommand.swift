import ArgumentParser
import Campaign
import Checking
import CrashStates
import Host
import Reporting
import Scheduling
import Stacks
import ToolSupport

struct TestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Run a program in a folder of its own, and have its check judge every crash state.",
    discussion: """
      powercut test                     what powercut.yaml says, which 'powercut init' has written
      powercut test FILE.yaml           another scenario of program:custom
      powercut test --setup './kv init {folder}' --run './kv load {folder} {seed}' \
      --check './kv verify {folder}' --marks-from-stdout '^(ack [0-9]+)'

      {folder} stands for the folder that is recorded and, for the check, for that of a crash state; {seed} for the \
      seed. What the setup leaves is durable. The check exits with 0 for a good state and with 125 for one that it \
      passes over; the file $POWERCUT_MARKS_BEFORE tells it what the program had promised (docs/your-program.md). No \
      shell is involved.

      What is found is kept in the output folder, each with its recording, for check, bisect and replay.
      """)

  @Argument(help: "A scenario of program:custom. (default: powercut.yaml, where no --run is given)")
  var scenario: String?

  @OptionGroup var commands: CommandsOptions

  @Option(help: "Seeds, both ends included: 7 or 1..200. (default: those of the scenario)")
  var seeds: SeedRange?

  @Option(help: "A folder for what is found; one that this command has made is replaced.")
  var output = "powercut-test"

  @Flag(help: "Go on after the first finding.")
  var keepGoing = false

  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  static let fileName = "powercut.yaml"
  private static let testedName = "tested.yaml"

  func validate() throws {
    guard scenario == nil || !commands.isGiven else {
      throw ValidationError("Name either a scenario, or --run and --check")
    }
    if scenario == nil { try commands.check() }
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let tested = try tested()
      let jobCount = jobOptions.jobs(for: tested.scenario.configuration.stack)
      let empty = RunReport(command: "test", subject: tested.path)
      return try outputOptions.report(empty, stopwatch, jobCount: jobCount) { report, timing in
        try makeFolder(tested)
        try carryOut(try plan(tested), jobCount, stopwatch, timing, &report)
      }
    }
  }

  // MARK: What is tested

  private func tested() throws -> LoadedScenario {
    if commands.isGiven {
      return LoadedScenario(
        path: "\(output)/\(Self.testedName)", scenario: try commands.scenario())
    }
    let path = scenario ?? Self.fileName
    guard scenario != nil || Folders.exists(path) else {
      throw ToolError(
        "there is no \(path) here: 'powercut init' writes one, or give --run and --check")
    }
    let loaded = try LoadedScenario(path: path)
    guard loaded.scenario.configuration.commands != nil, loaded.scenario.expectation == .pass else {
      throw ToolError(
        "\(path): expected a scenario of program:custom that is to pass; 'powercut run' takes others"
      )
    }
    return loaded
  }

  private func makeFolder(_ tested: LoadedScenario) throws {
    if Folders.exists(output) {
      guard try Folders.exists("\(output)/\(Self.testedName)") || Folders.names(in: output).isEmpty
      else {
        throw ToolError(
          "--output \(output): it is there, and not from this command; name a new folder")
      }
      Folders.remove(output)
    }
    try Folders.create(output)
    try OutputFile.write(tested.scenario.text, to: "\(output)/\(Self.testedName)")
  }

  private func plan(_ tested: LoadedScenario) throws -> FuzzPlan {
    var plan = FuzzPlan(PlannedScenario(path: tested.path, scenario: tested.scenario))
    if let seeds { plan.seeds = seeds }
    plan.isGoingOn = keepGoing
    // It is what was asked for, and in the user's own file.
    plan.carrier = try RunCarriers.carrier(for: plan.stack, allowExec: true, program: nil)
    return plan
  }

  // MARK: Testing it

  private func carryOut(
    _ plan: FuzzPlan, _ jobCount: Int, _ stopwatch: Stopwatch, _ timing: ReportTiming,
    _ report: inout RunReport
  ) throws {
    var tally = FuzzTally(plan)
    outputOptions.prepare(tally.finalReport, timing, stopwatch)
    let runs = SeedRuns(
      plan: plan, part: SeedPart(seeds: plan.seeds, shard: nil), jobCount: jobCount)
    do {
      try runs.carryOut(into: &tally) { tally, _, wanted in
        outputOptions.prepare(tally.finalReport, stopwatch.timing(jobCount: jobCount), stopwatch)
        return wanted
      }
    } catch let stalled as StalledRun {
      tally.end(by: stalled)
    } catch {
      report = tally.finalReport
      throw error
    }
    report = tally.finalReport
    report.command = "test"
    report.isInterrupted = Interrupts.isRequested
    try keep(tally.examples, of: plan, &report)
  }

  private func keep(_ findings: [Finding], of plan: FuzzPlan, _ report: inout RunReport) throws {
    let folder = try FindingFolder(output, carrier: plan.carrier)
    for finding in findings where !report.isInterrupted {
      guard
        let group = try FindingGroup.minimizing(
          finding, of: plan, isGoingOn: { !Interrupts.isRequested })
      else { continue }
      try folder.write(group, command: report.command)
      report.notes.append("kept in \(folder.folder(of: group))")
      report.findings = report.findings.map { other in
        other.seed == finding.seed && other.rule == finding.rule
          ? folder.reproducible(group) : other
      }
    }
  }
}
