/// An operation that waits to be let go.
public struct PendingOperation: Hashable, Sendable {
  /// Which task of the run waits.
  public var task: Int
  /// The how manyeth point of that task this is, from zero.
  public var point: Int

  public init(task: Int, point: Int) {
    self.task = task
    self.point = point
  }
}

/// Decides which pending operation happens next.
///
/// A strategy is asked only where there is something to decide, and draws randomness only then: that
/// is what makes a trace the same in every build.
public protocol Strategy {
  /// The index of the operation to let go.
  ///
  /// - Parameters:
  ///   - pending: at least two, sorted by task and point.
  ///   - step: how many operations were let go before.
  mutating func pick(from pending: [PendingOperation], step: Int) -> Int
}

/// The strategies by the names that users give them.
public enum StrategyName: String, CaseIterable, Sendable {
  /// The seed picks one of the others.
  case auto
  case random
  case sticky
  case pct

  /// A fresh strategy for one run.
  ///
  /// - Parameter expectedStepCount: about how many operations the run will let go.
  public func makeStrategy(seed: Seed, expectedStepCount: Int) -> any Strategy {
    switch self {
    case .random: return RandomStrategy(seed: seed)
    case .sticky: return StickyStrategy(seed: seed)
    case .pct: return PCTStrategy(seed: seed, expectedStepCount: expectedStepCount)
    case .auto:
      var stream = RandomStream(seed, .schedule, 1)
      let name = stream.pick([(StrategyName.random, 4), (.pct, 4), (.sticky, 2)])
      return name.makeStrategy(seed: seed, expectedStepCount: expectedStepCount)
    }
  }
}
