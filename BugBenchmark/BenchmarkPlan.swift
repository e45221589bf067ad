import Campaign
import Host
import Scheduling
import Stacks

/// What is looked for, and how long.
struct BenchmarkPlan: Sendable {
  var bugs = CataloguedBug.all
  var strategies = StrategyName.allCases
  var startCount: Int
  /// How many seeds a start looks at, at most.
  var limit: Int
  /// Of how many starts the finding is made smaller.
  var minimizedStartCount = 3
  /// How many seeds of each stack without a bug are looked at.
  var exactSeedCounts: [(stack: StackName, seedCount: Int)] = []

  /// How many seeds of an exact stack are carried out by one job at a time.
  private static let exactPartSeedCount = 250

  init(startCount: Int, limit: Int) {
    self.startCount = startCount
    self.limit = limit
  }

  /// Carries everything out. The counts do not depend on the number of jobs.
  func carryOut(jobCount: Int) throws -> BenchmarkResults {
    let parts = self.parts
    var results = BenchmarkResults(
      startCount: startCount, limit: limit, processorCount: Processors.count, jobCount: jobCount)
    let plan = self
    let start = MonotonicClock.nanoseconds
    try WorkerPool(jobCount: jobCount).run(indexCount: parts.count) { index in
      plan.carryOut(parts[index])
    } consume: { index, outcome in
      results.add(outcome)
      let seconds = (MonotonicClock.nanoseconds - start) / 1_000_000_000
      try StandardStreams.writeProgress(
        "\(seconds) s: \(index + 1) of \(parts.count): \(outcome)\n")
      return true
    }
    results.elapsedNanoseconds = MonotonicClock.nanoseconds - start
    return results
  }

  // MARK: What one job does at a time

  private enum Part: Sendable {
    case search(CataloguedBug, StrategyName)
    case minimize(CataloguedBug)
    case exact(StackName, SeedRange)
  }

  private var parts: [Part] {
    let searches = bugs.flatMap { bug in
      bug.strategies.filter(strategies.contains).map { Part.search(bug, $0) }
    }
    let minimized = bugs.filter { $0.workload == .client && minimizedStartCount > 0 }
      .map { Part.minimize($0) }
    let exact = exactSeedCounts.flatMap { stack, seedCount in
      stride(from: 1, through: seedCount, by: Self.exactPartSeedCount).map { first in
        let last = min(seedCount, first + Self.exactPartSeedCount - 1)
        return Part.exact(
          stack, SeedRange(first: Seed(UInt64(first)), last: Seed(UInt64(last))))
      }
    }
    return searches + minimized + exact
  }

  private func carryOut(_ part: Part) -> PartOutcome {
    switch part {
    case .search(let bug, let strategy): .searched(search(bug, strategy))
    case .minimize(let bug):
      .minimized(MinimizedBug(bug, startCount: minimizedStartCount, limit: limit))
    case .exact(let stack, let seeds): .lookedForFalseAlarms(Self.falseAlarms(stack, seeds))
    }
  }

  private func search(_ bug: CataloguedBug, _ strategy: StrategyName) -> TimedSeries {
    var series = BugSearchSeries(startCount: startCount)
    var times: [UInt64] = []
    while !series.isDecided {
      let start = MonotonicClock.nanoseconds
      series.add(bug.search(strategy, start: series.searches.count + 1, limit: limit))
      times.append(MonotonicClock.nanoseconds - start)
    }
    return TimedSeries(bug: bug, strategy: strategy, series: series, nanoseconds: times)
  }

  private static func falseAlarms(_ stack: StackName, _ seeds: SeedRange) -> FalseAlarms {
    let plan = FuzzPlan(stack: stack, seeds: seeds)
    var alarms = FalseAlarms(stack: stack)
    for seed in seeds.first.rawValue...seeds.last.rawValue {
      let judged = plan.run(Seed(seed))
      alarms.seedCount += 1
      alarms.judgedStateCount += judged.judgement.judgedStateCount
      alarms.reproductions += judged.findings.map { "\($0.rule.rawValue): \($0.reproduce)" }
      if judged.findings.isEmpty && judged.stall != nil {
        alarms.reproductions.append("does not end: \(plan.reproduction(of: Seed(seed)))")
      }
    }
    return alarms
  }
}
