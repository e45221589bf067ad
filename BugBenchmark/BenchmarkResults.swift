import Campaign
import Scheduling
import Stacks

/// One bug and one strategy.
struct TimedSeries: Sendable {
  var bug: CataloguedBug
  var strategy: StrategyName
  var series: BugSearchSeries
  /// How long each start took, on one processor.
  var nanoseconds: [UInt64]

  /// `nil` where the start in the middle did not find the bug.
  var medianNanoseconds: UInt64? {
    if series.medianSeedCount == nil { return nil }
    let sorted = nanoseconds.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// What was found where there is nothing to find.
struct FalseAlarms: Sendable {
  var stack: StackName
  var seedCount = 0
  var judgedStateCount = 0
  /// One line for each finding.
  var reproductions: [String] = []
}

/// What one job came to.
enum PartOutcome: Sendable, CustomStringConvertible {
  case searched(TimedSeries)
  case minimized(MinimizedBug)
  case lookedForFalseAlarms(FalseAlarms)

  var description: String {
    switch self {
    case .searched(let found):
      "\(found.bug.identifier) \(found.strategy.rawValue): "
        + found.series.searches.map { $0.isFound ? "\($0.seedCount)" : "-" }.joined(separator: " ")
    case .minimized(let minimized):
      "\(minimized.bug.identifier) minimized: \(minimized.operationCount) operations, "
        + "\(minimized.switchCount) switches \(minimized.failures.joined(separator: "; "))"
    case .lookedForFalseAlarms(let alarms):
      "\(alarms.stack): \(alarms.seedCount) seeds, \(alarms.reproductions.count) false alarms"
    }
  }
}

/// Everything that the page says.
struct BenchmarkResults: Sendable {
  var startCount: Int
  var limit: Int
  var processorCount: Int
  var jobCount: Int
  var elapsedNanoseconds: UInt64 = 0
  /// By bug, in the order of the catalogue, and by strategy.
  private(set) var series: [TimedSeries] = []
  /// In the order of the catalogue.
  private(set) var minimized: [MinimizedBug] = []
  private(set) var falseAlarms: [FalseAlarms] = []

  /// How long finding a bug may take, in the median.
  static let allowedNanoseconds: UInt64 = 120_000_000_000

  init(startCount: Int, limit: Int, processorCount: Int, jobCount: Int) {
    self.startCount = startCount
    self.limit = limit
    self.processorCount = processorCount
    self.jobCount = jobCount
  }

  mutating func add(_ outcome: PartOutcome) {
    switch outcome {
    case .searched(let found): series.append(found)
    case .minimized(let bug): minimized.append(bug)
    case .lookedForFalseAlarms(let found):
      guard let place = falseAlarms.firstIndex(where: { $0.stack == found.stack }) else {
        falseAlarms.append(found)
        return
      }
      falseAlarms[place].seedCount += found.seedCount
      falseAlarms[place].judgedStateCount += found.judgedStateCount
      falseAlarms[place].reproductions += found.reproductions
    }
  }

  /// The bugs that were looked for, in the order of the catalogue.
  var comparisons: [BugComparison] {
    var comparisons: [BugComparison] = []
    for found in series {
      if comparisons.last?.bug != found.bug {
        comparisons.append(BugComparison(bug: found.bug, series: []))
      }
      comparisons[comparisons.count - 1].series.append((found.strategy, found.series))
    }
    return comparisons
  }

  func timed(_ bug: CataloguedBug, _ strategy: StrategyName) -> TimedSeries? {
    series.first { $0.bug == bug && $0.strategy == strategy }
  }

  /// Whether `auto` finds a bug in the time that it may take, in the median.
  func isFastEnough(_ bug: CataloguedBug) -> Bool {
    guard let time = timed(bug, .auto)?.medianNanoseconds else { return false }
    return time <= Self.allowedNanoseconds
  }
}
