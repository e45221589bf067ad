import CrashStates

/// What is said of one crash state.
public enum BisectOutcome: Hashable, Sendable {
  case good
  case bad
  /// Nothing can be said of it.
  case skipped
}

/// What a ``Bisect`` found.
public struct BisectAnswer: Hashable, Sendable {
  public enum Verdict: Hashable, Sendable {
    /// No state that was judged fails.
    case nothingFails
    case everythingSkipped
    /// The state in front of all others fails already, so no entry of the log is to blame.
    /// As far as was looked, nothing else is good either.
    case failsFromTheStart(CrashState)
    case culprit(Culprit)
  }

  /// The two sides of what went wrong.
  public struct Culprit: Hashable, Sendable {
    /// The first state that fails, with the smallest loss that still does.
    public var bad: CrashState
    /// The nearest state that is good: where something was lost, the same cut with nothing lost; else
    /// an earlier cut. `nil` where none is good.
    public var good: CrashState?
    /// The nearest earlier cut, with the same losses, that is good.
    public var before: CrashState?
    /// What lies between ``before`` and ``bad`` and could not be judged: the cause may be there.
    public var skipped: [CrashState]
  }

  /// Whether the cuts are good up to one and fail from there on.
  public enum Monotony: Hashable, Sendable {
    /// So it is at both ends, and at this many cuts on either side of the first that fails.
    case held(sampleCount: Int)
    /// Fails in front of a good cut, or is good behind one that fails.
    case broken(by: CrashState, outcome: BisectOutcome)
    /// The last cut is good: what fails, fails for a while or only where something was lost.
    case endIsGood(CrashState)
    /// Cuts were not looked at by themselves.
    case unknown
  }

  public var verdict: Verdict
  public var monotony: Monotony
  /// How many states were judged, those skipped included.
  public var judgedStateCount: Int
  public var skippedStateCount: Int
  /// Whether the states of the tiers were gone through one by one.
  public var isScanned: Bool
  /// The cuts that fail before the first good one, as of a disk that is not made yet; `nil` where the first
  /// that was judged is good, or none is.
  public var failingStart: FailingStart?

  public struct FailingStart: Hashable, Sendable {
    public var firstBad: CrashState
    public var firstGood: CrashState
  }
}

/// What somebody who went through all states found.
public enum BisectScan: Hashable, Sendable {
  case nothingFails
  /// No state in front of it, in the order of a ``StateEnumerator``, fails.
  case firstFailure(CrashState)
  case unknown
}
