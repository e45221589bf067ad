import ArgumentParser
import Campaign
import CrashStates
import Host
import Nights
import Reporting
import Scheduling
import Stacks
import ToolSupport

struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Run seed after seed of a stack until one breaks a rule.",
    discussion: """
      Each seed draws a configuration, a workload, faults and a schedule, and names them all: one \
      seed gives one run, bit for bit. A stack of programs runs the real program under control.
      """)

  @Option(help: "The stack under test: \(StackName.allNames.joined(separator: ", ")).")
  var stack: StackName?

  @Option(
    help: "A scenario that is to pass, carried out with seed after seed, in place of --stack.")
  var scenario: String?

  @Option(
    name: .customLong("bug"),
    help: "A bug to switch on besides those of the profile; can be repeated.")
  var bugs: [PlantedBug] = []

  @Option(
    help: "A client's operations, or made-up dirty images for recovery: client or dirty-images.")
  var workload = FuzzedWorkload.client

  @Option(help: "Seeds, both ends included: 7 or 1..200.")
  var seeds = SeedRange(first: Seed(1), last: Seed(200))

  @Option(
    help: """
      For how long: 90s, 30m, 8h. With --seeds it ends at the last of them, or at this time where that \
      comes first; without, it goes on from seed 1.
      """)
  var duration: DurationArgument?

  @Option(
    help: """
      How schedules are drawn: \(StrategyArgument.allValueStrings.joined(separator: ", ")). \
      dfs carries out every schedule of small runs.
      """)
  var strategy = StrategyArgument(.auto)

  @Option(
    help: "With --strategy dfs, how many preemptions a schedule may have. (default: any number)")
  var preemptions: Int?

  @Option(help: "Crash states by tier: \(Tier.forms), with commas between them.")
  var states = TierList(FuzzPlan.defaultTiers)

  @Option(help: "Rules that the target is known to break, with commas between them: S05,D10.")
  var ignore = RuleList()

  @Option(
    help: """
      The rules that a released program is known to break, switched off: \
      \(KnownSet.all.map(\.name).joined(separator: ", ")).
      """)
  var known: KnownSetArgument?

  @Option(help: "Carry out a part of the seeds only, as 2/4.")
  var shard: ShardArgument?

  @Flag(help: "Go on after the first finding.")
  var keepGoing = false

  @Flag(
    help: "Carry each seed out twice and end with status 2 where choices, log or findings differ.")
  var verifyDeterminism = false

  @OptionGroup var minimizing: MinimizingOptions
  @OptionGroup var programOptions: ProgramRunOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let asked = try askedPlan()
      let empty = RunReport(command: "fuzz", subject: "\(asked.stack)")
      let jobCount = jobCount(asked)
      return try outputOptions.report(empty, stopwatch, jobCount: jobCount) { report, timing in
        try campaign(plan(asked), jobCount, stopwatch, timing, &report)
      }
    }
  }

  /// - Parameter report: what was found until then, also where an error ends it.
  private func campaign(
    _ plan: FuzzPlan, _ jobCount: Int, _ stopwatch: Stopwatch, _ timing: ReportTiming,
    _ report: inout RunReport
  ) throws {
    if let output = minimizing.output {
      let kept = KeptFuzz(plan: plan, output: output, command: self, jobCount: jobCount)
      return try kept.carryOut(stopwatch, &report)
    }
    var tally = FuzzTally(plan)
    outputOptions.prepare(tally.finalReport, timing, stopwatch)
    do {
      try carryOut(plan, jobCount, stopwatch, &tally)
    } catch let stalled as StalledRun {
      tally.end(by: stalled)
      report = tally.finalReport
      return
    } catch {
      report = tally.finalReport
      throw error
    }
    report = tally.finalReport
    outputOptions.prepare(report, timing, stopwatch)
    if minimizing.shrink {
      try FindingMinimizer(plan, minimizing.shrinkLimit).minimize(tally.examples, &report)
    }
    if Interrupts.isRequested { report.isInterrupted = true }
  }

  private func jobCount(_ plan: FuzzPlan) -> Int {
    commands.isEmpty ? jobOptions.jobs(for: plan.stack) : jobOptions.jobs
  }

  private func carryOut(
    _ plan: FuzzPlan, _ jobCount: Int, _ stopwatch: Stopwatch, _ tally: inout FuzzTally
  ) throws {
    var isOutOfTime = false
    var runs = SeedRuns(
      plan: plan, part: SeedPart(seeds: plan.seeds, shard: shard), jobCount: jobCount)
    runs.isOneByOne = !commands.isEmpty
    runs.verifiesDeterminism = verifyDeterminism
    try runs.carryOut(into: &tally) { tally, result, wanted in
      outputOptions.prepare(tally.finalReport, stopwatch.timing(jobCount: jobCount), stopwatch)
      guard let duration else { return wanted }
      tally.end(atLast: result.seed)
      isOutOfTime = stopwatch.elapsedNanoseconds >= duration.nanoseconds
      return wanted && !isOutOfTime
    }
    if let duration {
      tally.note(
        end(
          plan, duration, isOutOfTime: isOutOfTime, isFound: !tally.isGoingOn, tally.report))
    }
  }
}

extension FuzzCommand {
  /// What ended a campaign that has both a time and seeds.
  func end(
    _ plan: FuzzPlan, _ duration: DurationArgument, isOutOfTime: Bool, isFound: Bool,
    _ report: RunReport
  ) -> String {
    let last = report.seeds.map { "\($0.last)" } ?? "none"
    if isOutOfTime {
      return "ended by its time, --duration \(duration.defaultValueDescription), at seed \(last)"
    }
    if report.isInterrupted { return "ended by a signal, before its time" }
    if isFound, !plan.isGoingOn {
      return "ended by a finding at seed \(last), before its time"
    }
    return "ended by its last seed, \(plan.seeds.last), before its time"
  }
}

extension FuzzCommand {
  /// Whether only its time ends it.
  var hasEndlessSeeds: Bool { duration != nil && !GivenOptions.ofThisProcess.has("seeds") }
}

/// The seeds of a range that belong to one shard, by index.
struct SeedPart: Sendable {
  private let first: UInt64
  private let step: UInt64
  /// Capped where a machine could not count them anyway.
  let seedCount: Int

  init(seeds: SeedRange, shard: ShardArgument?) {
    let number = shard?.number ?? 1
    step = shard?.count ?? 1
    first = seeds.first.rawValue &+ (number - 1)
    let available = seeds.seedCount
    seedCount = Int(clamping: available < number ? 0 : (available - number) / step + 1)
  }

  func seed(at index: Int) -> Seed { Seed(first &+ UInt64(index) &* step) }
}
