import CrashStates

/// What is said of one crash state.
package enum BisectOutcome: Hashable, Sendable {
  case good
  case bad
  /// Nothing can be said of it.
  case skipped
}

/// What a ``Bisect`` found.
package struct BisectAnswer: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    /// No state that was judged fails.
    case nothingFails
    case everythingSkipped
    /// The state in front of all others fails already, so no entry of the log is to blame.
    /// As far as was looked, nothing else is good either.
    case failsFromTheStart(CrashState)
    case culprit(Culprit)
  }

  /// The two sides of what went wrong.
  package struct Culprit: Hashable, Sendable {
    /// The first state that fails, with the smallest loss that still does.
    package var bad: CrashState
    /// The nearest state that is good: where something was lost, the same cut with nothing lost; else
    /// an earlier cut. `nil` where none is good.
    package var good: CrashState?
    /// The nearest earlier cut, with the same losses, that is good.
    package var before: CrashState?
    /// What lies between ``before`` and ``bad`` and could not be judged: the cause may be there.
    package var skipped: [CrashState]
  }

  /// Whether the cuts are good up to one and fail from there on.
  package enum Monotony: Hashable, Sendable {
    /// So it is at both ends, and at this many cuts on either side of the first that fails.
    case held(sampleCount: Int)
    /// Fails in front of a good cut, or is good after one that fails.
    case broken(by: CrashState, outcome: BisectOutcome)
    /// The last cut is good: what fails, fails for a while or only where something was lost.
    case endIsGood(CrashState)
    /// Cuts were not looked at by themselves.
    case unknown
  }

  package var verdict: Verdict
  package var monotony: Monotony
  /// How many states were judged, those skipped included.
  package var judgedStateCount: Int
  package var skippedStateCount: Int
  /// Whether the states of the tiers were gone through one by one.
  package var isScanned: Bool
  /// The cuts that fail before the first good one, as of a disk that is not made yet; `nil` where the first
  /// that was judged is good, or none is.
  package var failingStart: FailingStart?

  package struct FailingStart: Hashable, Sendable {
    package var firstBad: CrashState
    package var firstGood: CrashState
  }
}

/// What somebody who went through all states found.
package enum BisectScan: Hashable, Sendable {
  case nothingFails
  /// No state in front of it, in the order of a ``StateEnumerator``, fails.
  case firstFailure(CrashState)
  case unknown
}
