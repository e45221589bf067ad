import ArgumentParser
import Host
import Nights
import Scheduling
import ToolSupport

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Put the folders of a campaign's workers together: every ledger, every finding.",
    discussion: """
      In any order, and as often as one likes: the result is the same. A finding that several have is taken \
      from the one with the smallest seed.
      """)

  @Argument(help: "Folders of one campaign.")
  var folders: [String]

  @Option(help: "The folder that gets everything; it may be there already.")
  var output: String

  func run() throws {
    try Tool.run {
      var merge = try CampaignMerge(into: output)
      for folder in folders { try merge.take(folder) }
      try merge.finish()
      try StandardStreams.writeResult(merge.summary)
      return 0
    }
  }
}
