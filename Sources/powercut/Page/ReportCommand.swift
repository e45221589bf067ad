import ArgumentParser
import Host
import Nights
import ToolSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Say what a campaign's last night came to.",
    discussion: """
      Reads the folder of a campaign, or of several that were merged, and writes pages of plain HTML about \
      the night into it: what is new, each finding with its pictures, the nights before. Exit status as \
      that of campaign.
      """)

  @Argument(help: "The campaign's folder.")
  var folder: String

  @Option(help: "Which night, from 1. (default: the last one)")
  var night: Int?

  @Option(help: "What makes the night fail: new, or any, also what is known.")
  var failOn = NightReport.FailureKind.new

  @Option(help: "The folder of the pages. (default: 'report' in the campaign's folder)")
  var page: String?

  @Flag(help: "Write no pages.")
  var noPage = false

  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    if noPage, page != nil {
      throw ValidationError("--page names a folder of pages, and --no-page writes none: give one")
    }
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let history = CampaignHistory(try CampaignStore(folder: folder).ledgers())
      let paths = CampaignPaths(folder, of: history)
      guard let report = NightReport(history, night: night, failsOn: failOn) else {
        let what = night.map { "no night \($0) of a campaign" } ?? "no ledger of a campaign"
        throw ToolError("\(folder): expected the folder of 'powercut campaign', found \(what)")
      }
      Interrupts.claimEnd()
      try outputOptions.print(PlacedNightReport(report, paths), stopwatch.timing(jobCount: 1))
      if noPage { return report.outcome.exitStatus }
      // Behind the report: a full disk must not cost it.
      let pages = ReportPage(paths: paths, folder: page ?? "\(folder)/\(ReportPage.folderName)")
      let index = try pages.write(report)
      try StandardStreams.writeProgress("powercut: the page is \(index)\n")
      return report.outcome.exitStatus
    }
  }
}
