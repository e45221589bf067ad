import ArgumentParser
import Campaign
import Host
import Reporting
import ToolSupport

/// How findings are made smaller, and where they are kept.
struct MinimizingOptions: ParsableArguments {
  @Flag(help: "Make the findings as small as they can be; implied by --output.")
  var shrink = false

  @Option(
    help: """
      A folder for the findings: minimized scenario, recording, page; and for the ledger, by which a \
      campaign that was killed goes on.
      """)
  var output: String?

  @Option(help: "How long one finding is made smaller at most.")
  var shrinkLimit = DurationArgument(seconds: 30)

  var isMinimizing: Bool { shrink || output != nil }
}

/// Makes findings smaller that are told and not kept.
struct FindingMinimizer {
  private let plan: FuzzPlan
  private let limit: DurationArgument

  init(_ plan: FuzzPlan, _ limit: DurationArgument) {
    self.plan = plan
    self.limit = limit
  }

  func minimize(_ examples: [Finding], _ report: inout RunReport) throws {
    var progress = ProgressLine()
    for finding in examples {
      if Interrupts.isRequested {
        report.notes.append("\(finding.reproduce): interrupted before it was made smaller")
        continue
      }
      progress.show(
        "making \(finding.rule.rawValue) of seed \(finding.seed.map { "\($0)" } ?? "") smaller")
      if let group = try minimized(finding) {
        FindingGroup.add(group, to: &report.groups)
      } else if Interrupts.isRequested {
        report.notes.append("\(finding.reproduce): interrupted before it was made smaller")
      } else {
        report.notes.append(
          "\(finding.rule.rawValue) of \(finding.reproduce) cannot be made smaller")
      }
    }
    progress.clear()
  }

  private func minimized(_ finding: Finding) throws -> FindingGroup? {
    let stopwatch = Stopwatch()
    let limit = limit.nanoseconds
    return try FindingGroup.minimizing(finding, of: plan) {
      stopwatch.elapsedNanoseconds < limit && !Interrupts.isRequested
    }
  }
}
