import ArgumentParser
import Campaign
import Host
import Scheduling

/// How soon each planted bug is found, and that nothing is found where there is none.
struct BugBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "powercut-bug-benchmark",
    abstract: "Look for every planted bug with every strategy, and for bugs where there are none.")

  @Option(
    name: .customLong("bug"),
    help: "Look for this bug only; can be repeated. Without it: all, and false alarms.")
  var bugs: [String] = []

  @Option(
    name: .customLong("strategy"), help: "Use this strategy only; can be repeated.")
  var strategies: [StrategyName] = []

  @Option(help: "How many starts, each with seeds of its own.")
  var starts = 10

  @Option(help: "How many seeds a start looks at, at most.")
  var limit = 400

  @Option(help: "How many seeds of raw:exact to look for false alarms in.")
  var exactSeedsRaw: Int?

  @Option(help: "How many seeds of vhdx:exact to look for false alarms in.")
  var exactSeedsVHDX: Int?

  @Option(help: "How many searches are carried out side by side; the counts are the same.")
  var jobs = Processors.count

  @Option(
    help:
      "The folder for bug-benchmark.md and bug-benchmark.json; without it only the page is printed."
  )
  var output: String?

  func validate() throws {
    let counts: [(name: String, value: Int, allowed: ClosedRange<Int>)] = [
      ("starts", starts, 1...1000), ("limit", limit, 1...100_000), ("jobs", jobs, 1...1024),
      ("exact-seeds-raw", exactSeedsRaw ?? 0, 0...100_000_000),
      ("exact-seeds-vhdx", exactSeedsVHDX ?? 0, 0...100_000_000),
    ]
    for count in counts where !count.allowed.contains(count.value) {
      throw ValidationError(
        "--\(count.name) must be from \(count.allowed.lowerBound) to \(count.allowed.upperBound)")
    }
    for bug in bugs where !CataloguedBug.all.contains(where: { $0.identifier == bug }) {
      throw ValidationError("no such bug: \(bug)")
    }
  }

  func run() throws {
    var plan = BenchmarkPlan(startCount: starts, limit: limit)
    plan.bugs = CataloguedBug.all.filter { bugs.isEmpty || bugs.contains($0.identifier) }
    if !strategies.isEmpty { plan.strategies = strategies }
    // Who looks for one bug is not interested in false alarms.
    plan.exactSeedCounts = [
      (.init(image: .raw, profile: .exact), exactSeedsRaw ?? (bugs.isEmpty ? 80_000 : 0)),
      (.init(image: .vhdx, profile: .exact), exactSeedsVHDX ?? (bugs.isEmpty ? 20_000 : 0)),
    ]
    let results = try plan.carryOut(jobCount: jobs)
    let page = ResultsPage(results: results).text
    if let output {
      try Folders.create(output)
      try OutputFile.write(page, to: "\(output)/bug-benchmark.md")
      try OutputFile.write(
        try ResultsDocument(results).text(), to: "\(output)/bug-benchmark.json")
    }
    print(page)
  }
}

extension StrategyName: ExpressibleByArgument {}

BugBenchmark.main()
