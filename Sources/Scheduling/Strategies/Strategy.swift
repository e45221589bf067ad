/// Decides which pending operation happens next.
///
/// A strategy is asked only where there is something to decide, and draws randomness only then: that
/// is what makes a trace the same in every build.
package protocol Strategy {
  /// The index of the operation to let go.
  ///
  /// - Parameters:
  ///   - pending: at least two, sorted by task and point.
  ///   - step: how many operations were let go before.
  mutating func pick(from pending: [PendingOperation], step: Int) -> Int

  /// New tasks start, each at a point of its own.
  ///
  /// - Parameter expectedPointCounts: by task, about how many points it will have come to when it has
  ///   done what it now starts with; empty where that is not known.
  mutating func begin(expectedPointCounts: [Int])

  /// The only operation that was pending goes: there was nothing to decide.
  mutating func passed(_ operation: PendingOperation)
}

extension Strategy {
  package mutating func begin(expectedPointCounts: [Int]) {}
  package mutating func passed(_ operation: PendingOperation) {}
}

/// The strategies by the names that users give them.
package enum StrategyName: String, CaseIterable, Sendable {
  /// A portfolio, because no strategy is best at every bug: of 10 seeds 4 take pos, 4 pct and 2 urw.
  case auto
  case random
  case sticky
  case pct
  case pos
  case urw
  case delay

  /// A fresh strategy for one run.
  ///
  /// - Parameter expectedStepCount: about how many operations the run will let go.
  package func makeStrategy(seed: Seed, expectedStepCount: Int) -> any Strategy {
    switch self {
    case .random: return RandomStrategy(seed: seed)
    case .sticky: return StickyStrategy(seed: seed)
    case .pct: return PCTStrategy(seed: seed, expectedStepCount: expectedStepCount)
    case .pos: return PartialOrderStrategy(seed: seed)
    case .urw: return UniformWalkStrategy(seed: seed)
    case .delay: return DelayStrategy(seed: seed, expectedStepCount: expectedStepCount)
    case .auto:
      var stream = RandomStream(seed, .schedule, 1)
      let name = stream.pick([(StrategyName.pos, 4), (.pct, 4), (.urw, 2)])
      return name.makeStrategy(seed: seed, expectedStepCount: expectedStepCount)
    }
  }
}
