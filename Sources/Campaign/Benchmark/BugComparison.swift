import Scheduling

/// One bug, looked for with each strategy.
///
/// What is known of the bug beyond the search, such as its minimized case, belongs beside `series`.
package struct BugComparison: Sendable {
  package var bug: CataloguedBug
  /// By strategy, in the order of ``StrategyName``.
  package var series: [(strategy: StrategyName, series: BugSearchSeries)]

  /// How many times the seeds of the best strategy the automatic choice may take.
  package static let allowedFactor = 3.0
  /// How many seeds the automatic choice may take at most, in the median.
  package static let allowedMedianSeedCount = 200.0

  package init(
    bug: CataloguedBug, series: [(strategy: StrategyName, series: BugSearchSeries)]
  ) {
    self.bug = bug
    self.series = series
  }

  package func series(of strategy: StrategyName) -> BugSearchSeries? {
    series.first { $0.strategy == strategy }?.series
  }

  /// The strategy other than `auto` with the least median; the first of several. `nil` where none
  /// stays within its limit.
  package var best: (strategy: StrategyName, medianSeedCount: Double)? {
    var best: (strategy: StrategyName, medianSeedCount: Double)?
    for (strategy, series) in series where strategy != .auto {
      guard let median = series.medianSeedCount else { continue }
      if median < best?.medianSeedCount ?? .infinity { best = (strategy, median) }
    }
    return best
  }

  /// Whether any start of `auto` found the bug.
  package var isFoundByAuto: Bool { (series(of: .auto)?.foundCount ?? 0) > 0 }

  /// Whether the median of `auto` is within what is allowed.
  package var isSoonEnough: Bool {
    guard let median = series(of: .auto)?.medianSeedCount else { return false }
    return median <= Self.allowedMedianSeedCount
  }

  /// How many times the seeds of the best strategy `auto` takes; 1 where there is nothing to schedule
  /// and so no other strategy, `nil` where `auto` is over the limit.
  package var factorOfAuto: Double? {
    guard let median = series(of: .auto)?.medianSeedCount else { return nil }
    guard let best else { return 1 }
    return median / best.medianSeedCount
  }

  /// Whether choosing a strategy by hand would not be worth much.
  package var isNearBest: Bool { (factorOfAuto ?? .infinity) <= Self.allowedFactor }
}
