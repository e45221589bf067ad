import Scheduling

/// The states of some tiers at every cut of a log, one at a time: cut by cut, and at each cut tier by
/// tier in the order given.
///
/// A cut's state that an earlier tier of the list has is not repeated. The same history, tiers and
/// seed give the same states in the same order, whatever was enumerated before.
public struct StateEnumerator: Sequence {
  private let space: StateSpace
  private let tiers: [Tier]
  private let sample: StateSample?

  /// - Parameter sample: the part of the states that is gone through; `nil` for all.
  public init(_ space: StateSpace, tiers: [Tier], sample: StateSample? = nil) {
    self.space = space
    self.tiers = tiers
    self.sample = sample
  }

  /// - Parameter seed: what `random:n` draws from.
  public init(history: DiskHistory, tiers: [Tier], seed: UInt64) {
    self.init(
      StateSpace(
        history, tiers: tiers, origin: LogOrigin(recognizing: history.index), seed: seed),
      tiers: tiers)
  }

  public func makeIterator() -> Iterator { Iterator(space, tiers, sample) }

  public struct Iterator: IteratorProtocol {
    private let space: StateSpace
    private let tiers: [Tier]
    private let sample: StateSample?
    private var walk: EpochWalk
    private var states: CutStates
    private var nextTierPlace = 0
    private var numbers = StrideOfNumbers(from: 0, below: 0, by: 1)

    init(_ space: StateSpace, _ tiers: [Tier], _ sample: StateSample?) {
      self.space = space
      self.tiers = tiers
      self.sample = sample
      walk = EpochWalk(space)
      states = CutStates(space, cut: 0, optional: [])
    }

    public mutating func next() -> (tier: Tier, state: CrashState)? {
      while true {
        if let number = numbers.next() {
          if let state = states.state(number) { return (tiers[nextTierPlace - 1], state) }
        } else if nextTierPlace < tiers.count {
          startTier(nextTierPlace)
          nextTierPlace += 1
        } else {
          guard walk.moveToNextCut() else { return nil }
          states = CutStates(space, cut: walk.cut, optional: walk.optional)
          nextTierPlace = 0
        }
      }
    }

    private mutating func startTier(_ place: Int) {
      states.start(tiers[place])
      let step = sample?.partCounts[place] ?? 1
      let first = sample?.firstNumber(atCut: walk.cut, tierPlace: place, space.seed) ?? 0
      numbers = StrideOfNumbers(from: first, below: states.count, by: step)
    }
  }
}

/// Every so many-th number below a bound.
struct StrideOfNumbers: IteratorProtocol {
  private var upcoming: UInt64
  private let bound: UInt64
  private let step: UInt64

  init(from first: UInt64, below bound: UInt64, by step: UInt64) {
    upcoming = first
    self.bound = bound
    self.step = step
  }

  mutating func next() -> UInt64? {
    guard upcoming < bound else { return nil }
    let number = upcoming
    let (next, overflow) = upcoming.addingReportingOverflow(step)
    upcoming = overflow ? .max : next
    return number
  }
}
