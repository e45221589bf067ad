import Foundation
import Host
import TestSupport
import Testing

/// The benchmark of the planted bugs, on a few that are found at once.
@Suite struct BugBenchmarkTests {
  private static let quick = [
    "--bug", "logger.count-early", "--bug", "recovery.tail-ignored", "--strategy", "auto",
    "--strategy", "pct", "--starts", "3", "--limit", "20", "--exact-seeds-raw", "20",
  ]

  private func run(_ arguments: [String]) throws -> ChildProcess.Outcome {
    try ChildProcess.run(
      argv: [BuiltProduct.path("powercut-bug-benchmark")] + arguments,
      timeLimit: .seconds(120))
  }

  /// What remains of a report without the times: a line for each start.
  private func counts(_ document: JSON) throws -> [String] {
    try document.list("bugs").flatMap { bug in
      try bug.list("strategies").flatMap { strategy in
        let starts = try strategy.object("starts")
        let isFound = try #require(starts.keys["isFound"] as? [Bool])
        let seedCounts = try #require(starts.keys["seedCounts"] as? [Int])
        let stateCounts = try #require(starts.keys["judgedStateCounts"] as? [Int])
        #expect(isFound.count == seedCounts.count && isFound.count == stateCounts.count)
        return isFound.indices.map {
          "\(bug.text("bug") ?? "") \(strategy.text("strategy") ?? "") "
            + "\(isFound[$0]) \(seedCounts[$0]) \(stateCounts[$0])"
        }
      }
    }
  }

  @Test func theCountsDoNotDependOnTheNumberOfJobs() throws {
    var documents: [JSON] = []
    for jobCount in ["1", "3"] {
      let folder = try TemporaryFolder()
      let outcome = try run(Self.quick + ["--jobs", jobCount, "--output", folder.path("out")])
      #expect(outcome.status == .exited(0), "\(outcome.errorText)")
      let page = try InputFile.text(folder.path("out/bug-benchmark.md"))
      #expect(outcome.outputText == page + "\n")
      #expect(page.contains("| found by `auto` | 2 of 2 | 2 |"))
      #expect(page.contains("| raw:exact | 20 |"))
      documents.append(
        try JSON(parsing: try InputFile.text(folder.path("out/bug-benchmark.json"))))
    }
    let first = try counts(documents[0])
    // Recovery has nothing to schedule: one strategy.
    #expect(first.count == 3 * 2 + 3)
    #expect(try counts(documents[1]) == first)
    let bugs = try documents[0].list("bugs")
    #expect(bugs.map { $0.isNull("bestStrategy") } == [false, true])
    let alarms = try #require(try documents[0].list("falseAlarms").first)
    #expect(alarms.number("seedCount") == 20)
    #expect(alarms.keys["findings"] as? [String] == [])
  }

  @Test(arguments: [
    ["--bug", "logger.nope"], ["--strategy", "nope"], ["--starts", "0"], ["--limit", "100001"],
    ["--jobs", "0"], ["--exact-seeds-vhdx", "-1"],
  ])
  func wrongArgumentsAreAUsageError(arguments: [String]) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == .exited(64))
    #expect(outcome.outputText.isEmpty)
  }
}
