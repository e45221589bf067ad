import Campaign
import FoundationEssentials

/// The results for programs, a line for each bug. What depends on the machine is in `timing` and in keys
/// that end in `Nanoseconds`. Every key is there always, `null` where there is nothing to say.
struct ResultsDocument {
  struct Bug: Encodable {
    var bug: String
    var rules: [String]
    var isInCatalogue: Bool
    var stack: String
    var workload: String
    var strategies: [Strategy]
    var bestStrategy: OrNull<String>
    var autoToBest: OrNull<Double>
    var minimized: OrNull<Minimized>
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
    var medianSeedCount: OrNull<Double>
    var medianJudgedStateCount: OrNull<Double>
    var medianNanoseconds: OrNull<UInt64>
    var starts: Starts
  }

  /// One element for each start.
  struct Starts: Encodable {
    var isFound: [Bool]
    var seedCounts: [Int]
    var judgedStateCounts: [Int]
    var elapsedNanoseconds: [UInt64]
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

  static let schemaVersion = 1

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
      bestStrategy: OrNull(comparison.best?.strategy.rawValue),
      autoToBest: OrNull(comparison.best == nil ? nil : comparison.factorOfAuto),
      minimized: OrNull(
        results.minimized.first { $0.bug == comparison.bug }.map { Minimized($0) }))
  }

  private static func strategy(_ timed: TimedSeries) -> Strategy {
    Strategy(
      strategy: timed.strategy.rawValue, foundCount: timed.series.foundCount,
      medianSeedCount: OrNull(timed.series.medianSeedCount),
      medianJudgedStateCount: OrNull(timed.series.medianJudgedStateCount),
      medianNanoseconds: OrNull(timed.medianNanoseconds),
      starts: Starts(
        isFound: timed.series.searches.map(\.isFound),
        seedCounts: timed.series.searches.map(\.seedCount),
        judgedStateCounts: timed.series.searches.map(\.judgedStateCount),
        elapsedNanoseconds: timed.nanoseconds))
  }

  // MARK: Text

  func text() throws -> String {
    """
    {
      "schemaVersion": \(Self.schemaVersion),
      "command": "make bug-benchmark",
      "startCount": \(startCount),
      "seedLimitPerStart": \(seedLimitPerStart),
      "bugs": [
    \(try Self.lines(bugs))
      ],
      "falseAlarms": [
    \(try Self.lines(falseAlarms))
      ],
      "timing": \(try Self.line(timing))
    }

    """
  }

  private static func lines(_ values: [some Encodable]) throws -> String {
    try values.map { "    " + (try line($0)) }.joined(separator: ",\n")
  }

  private static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A value, or `null` in its place.
struct OrNull<Value: Encodable>: Encodable {
  var value: Value?

  init(_ value: Value?) {
    self.value = value
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let value { try container.encode(value) } else { try container.encodeNil() }
  }
}
