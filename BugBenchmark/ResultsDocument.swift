import Campaign
import FoundationEssentials

/// The results for programs. What depends on the machine is in `timing` and in keys that end in
/// `Nanoseconds`.
struct ResultsDocument: Encodable {
  struct Bug: Encodable {
    var bug: String
    var rules: [String]
    var isInCatalogue: Bool
    var stack: String
    var workload: String
    var strategies: [Strategy]
    var bestStrategy: String?
    var autoToBest: Double?
    var minimized: Minimized?
  }

  /// The largest of the minimized cases.
  struct Minimized: Encodable {
    var caseCount: Int
    var operationCount: Int
    var switchCount: Int
    var lostWriteCount: Int
    var elapsedNanoseconds: UInt64
    var failures: [String]
    var falseAlarms: [String]

    init(_ bug: MinimizedBug) {
      caseCount = bug.caseCount
      operationCount = bug.operationCount
      switchCount = bug.switchCount
      lostWriteCount = bug.lostWriteCount
      elapsedNanoseconds = bug.nanoseconds
      failures = bug.failures
      falseAlarms = bug.falseAlarms
    }
  }

  struct Strategy: Encodable {
    var strategy: String
    var foundCount: Int
    /// `null`: over the limit.
    var medianSeedCount: Double?
    var medianJudgedStateCount: Double?
    var medianNanoseconds: UInt64?
    var starts: [Start]
  }

  struct Start: Encodable {
    var isFound: Bool
    var seedCount: Int
    var judgedStateCount: Int
    var elapsedNanoseconds: UInt64
  }

  struct Exact: Encodable {
    var stack: String
    var seedCount: Int
    var judgedStateCount: Int
    var findings: [String]
  }

  struct Timing: Encodable {
    var processorCount: Int
    var jobCount: Int
    var elapsedNanoseconds: UInt64
  }

  var schemaVersion = 1
  var command = "make bug-benchmark"
  var startCount: Int
  var seedLimitPerStart: Int
  var bugs: [Bug]
  var falseAlarms: [Exact]
  var timing: Timing

  init(_ results: BenchmarkResults) {
    startCount = results.startCount
    seedLimitPerStart = results.limit
    bugs = results.comparisons.map { Self.bug($0, results) }
    falseAlarms = results.falseAlarms.map {
      Exact(
        stack: "\($0.stack)", seedCount: $0.seedCount, judgedStateCount: $0.judgedStateCount,
        findings: $0.reproductions)
    }
    timing = Timing(
      processorCount: results.processorCount, jobCount: results.jobCount,
      elapsedNanoseconds: results.elapsedNanoseconds)
  }

  private static func bug(_ comparison: BugComparison, _ results: BenchmarkResults) -> Bug {
    Bug(
      bug: comparison.bug.identifier, rules: comparison.bug.rules.map(\.rawValue),
      isInCatalogue: comparison.bug.isInCatalogue, stack: "\(comparison.bug.stack)",
      workload: comparison.bug.workload.rawValue,
      strategies: comparison.series.compactMap { strategy, _ in
        results.timed(comparison.bug, strategy).map { Self.strategy($0) }
      },
      bestStrategy: comparison.best?.strategy.rawValue,
      autoToBest: comparison.best == nil ? nil : comparison.factorOfAuto,
      minimized: results.minimized.first { $0.bug == comparison.bug }.map { Minimized($0) })
  }

  private static func strategy(_ timed: TimedSeries) -> Strategy {
    Strategy(
      strategy: timed.strategy.rawValue, foundCount: timed.series.foundCount,
      medianSeedCount: timed.series.medianSeedCount,
      medianJudgedStateCount: timed.series.medianJudgedStateCount,
      medianNanoseconds: timed.medianNanoseconds,
      starts: zip(timed.series.searches, timed.nanoseconds).map { search, nanoseconds in
        Start(
          isFound: search.isFound, seedCount: search.seedCount,
          judgedStateCount: search.judgedStateCount, elapsedNanoseconds: nanoseconds)
      })
  }

  func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
