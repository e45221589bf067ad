import Scheduling

/// What decides, whenever several operations of a run wait, which of them happens next.
package enum ScheduleSource: Hashable, Sendable {
  /// Drawn by the run's seed.
  case strategy(StrategyName)
  /// Choices that a run has made are made again. The strategy that they come from is there for readers alone.
  case choices(Schedule, madeBy: StrategyName)
  /// Turns are taken, as far as they can be taken.
  case turns(TaskOrder)
  /// Every schedule within a bound, each in a run of its own (``ExhaustiveSearch``).
  case exhaustive(ExhaustiveBound)

  package static let usual = ScheduleSource.strategy(.auto)

  /// Recorded choices, or the strategy that draws them where there are none.
  package init(choices: Schedule?, of strategy: StrategyName) {
    self = choices.map { .choices($0, madeBy: strategy) } ?? .strategy(strategy)
  }

  package var choices: Schedule? {
    guard case .choices(let choices, _) = self else { return nil }
    return choices
  }

  package var turns: TaskOrder? {
    guard case .turns(let turns) = self else { return nil }
    return turns
  }

  package var exhaustiveBound: ExhaustiveBound? {
    guard case .exhaustive(let bound) = self else { return nil }
    return bound
  }

  /// The strategy that draws the schedule, or has drawn it; the usual one where there is none.
  package var strategy: StrategyName {
    switch self {
    case .strategy(let name), .choices(_, let name): name
    case .turns, .exhaustive: .auto
    }
  }

  /// What leads one run. A run of an exhaustive search is led by the search; one that is made by itself is
  /// drawn as usual.
  ///
  /// - Parameter expectedStepCount: about how many operations happen in the run.
  package func makeStrategy(seed: Seed, expectedStepCount: Int) -> any Strategy {
    switch self {
    case .choices(let choices, _): ReplayStrategy(choices)
    case .turns(let turns): TurnsStrategy(turns)
    case .strategy, .exhaustive:
      strategy.makeStrategy(seed: seed, expectedStepCount: expectedStepCount)
    }
  }
}
