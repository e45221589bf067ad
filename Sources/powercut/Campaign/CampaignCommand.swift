import ArgumentParser
import Campaign
import Host
import Nights
import Reporting
import ToolSupport

struct CampaignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "campaign",
    abstract: "Run seed after seed of several targets, night after night, and say what is new.",
    discussion: """
      A file names the targets, what is known of them, and a bug that is planted to see that it is found. \
      Everything is kept in a folder, so that a killed night goes on where it was, and the next one after \
      the last seed of this one.

      Exit status: 0 nothing is new, 1 something is, or the planted bug was missed, 2 could not finish, \
      3 nothing was checked, 64 usage, 130 interrupted.
      """)

  @Argument(help: "The campaign's file.")
  var path: String

  @Option(help: "The campaign's folder: ledgers and findings.")
  var output: String

  @Option(
    help: """
      For how long: 90s, 30m, 8h. Without it the campaign ends with the seeds of its targets, which all \
      have to have some.
      """)
  var duration: DurationArgument?

  @Option(help: "Carry out a part of the seeds only, as 2/4; each part by a worker of its own.")
  var shard: ShardArgument?

  @Option(
    help: """
      Which night it is, from 1, where somebody counts them. (default: the one that was cut short within the \
      last 12 hours, or the next one)
      """)
  var night: Int?

  @Option(help: "What makes the night fail: new, or any, also what is known.")
  var failOn = NightReport.FailureKind.new

  @Option(
    help: "A file or pipe for what happens while it happens, as JSON Lines: those of the ledger.")
  var events: String?

  @Flag(help: "Allow to start the programs that the file names.")
  var allowExec = false

  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    if let night, !(1...1_000_000).contains(night) {
      throw ValidationError("--night must be from 1 to 1000000")
    }
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      var run = try CampaignRun(try request(stopwatch))
      let failure: (any Error)?
      do {
        try run.carryOut()
        failure = nil
      } catch {
        failure = error
      }
      Interrupts.claimEnd()
      guard let report = report(run.soFar) else {
        throw failure ?? ToolError("\(output): nothing was written of this night")
      }
      try outputOptions.print(report, stopwatch.timing(jobCount: jobOptions.jobs))
      guard let failure else { return report.report.outcome.exitStatus }
      try? StandardStreams.writeProgress("powercut: \(failure)\n")
      return Tool.failureStatus
    }
  }

  private var paths: CampaignPaths { CampaignPaths(output, separatesTargets: true) }

  private func report(_ soFar: CampaignSoFar, and more: [LedgerLine] = []) -> PlacedNightReport? {
    NightReport(
      soFar.history(and: more), night: soFar.night, shard: soFar.shard, failsOn: failOn
    ).map { PlacedNightReport($0, paths) }
  }

  private func request(_ stopwatch: Stopwatch) throws -> CampaignRequest {
    var file = try CampaignLoading.file(path)
    file.accepted = CampaignLoading.accepted(file, paths)
    if duration == nil, let endless = file.targets.first(where: { $0.seeds == nil }) {
      throw ToolError(
        """
        \(path): the target '\(endless.name)' has seeds without end, and so would this night. Give \
        --duration 8h, or give the target 'seeds: 1..1000'
        """)
    }
    let jobCount = jobOptions.jobs
    var request = CampaignRequest(
      file: file, targets: file.targets.map { CampaignLoading.prepared($0, self) }, paths: paths,
      jobCount: jobCount
    ) { soFar, ending in
      let end =
        switch ending {
        case .signal:
          LedgerLine.end(WorkerEnd(.signal, time: WallClock.text, nanoseconds: 0))
        case .fault(let reason): LedgerLine.obstacle(WorkerObstacle(reason))
        }
      guard let report = report(soFar, and: [end]) else { return Interrupts.exitStatus }
      // A full disk or a reader that has gone: the status is all that can be said.
      try? outputOptions.print(report, stopwatch.timing(jobCount: jobCount))
      return report.report.outcome.exitStatus
    }
    request.shard = shard?.shard ?? .whole
    request.night = night
    request.durationNanoseconds = duration?.nanoseconds
    request.eventsPath = events
    return request
  }
}

extension NightReport.FailureKind: ExpressibleByArgument {}
