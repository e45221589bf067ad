import Scheduling

/// The states of some tiers at every cut of a recording, one at a time: cut by cut, and at each cut tier by
/// tier in the order given.
///
/// A cut's state that an earlier tier of the list has is not repeated. The same recording, tiers and
/// seed give the same states in the same order, whatever was enumerated before.
package struct StateEnumerator: Sequence {
  private let space: StateSpace
  private let tiers: [Tier]
  private let sample: StateSample?

  /// - Parameter sample: the part of the states that is gone through; `nil` for all.
  package init(_ space: StateSpace, tiers: [Tier], sample: StateSample? = nil) {
    self.space = space
    self.tiers = tiers
    self.sample = sample
  }

  /// - Parameter seed: what `random:n` draws from.
  package init(history: DiskHistory, tiers: [Tier], seed: UInt64) {
    self.init(
      StateSpace(
        history, tiers: tiers, origin: LogOrigin(recognizing: history.index), seed: seed),
      tiers: tiers)
  }

  package func makeIterator() -> Iterator { Iterator(space, tiers, sample) }

  package struct Iterator: IteratorProtocol {
    private let space: StateSpace
    private let tiers: [Tier]
    private var sampled: SampledTiers
    private var walk: EpochWalk
    private var states: CutStates
    private var nextTierPlace = 0
    private var numbers = SampledNumbers(all: 0)

    init(_ space: StateSpace, _ tiers: [Tier], _ sample: StateSample?) {
      self.space = space
      self.tiers = tiers
      sampled = SampledTiers(sample, tierCount: tiers.count, seed: space.seed)
      walk = EpochWalk(space, tiers)
      states = CutStates(space, at: walk)
    }

    package mutating func next() -> (tier: Tier, state: CrashState)? {
      while true {
        if let number = numbers.next() {
          if let state = states.state(number) { return (tiers[nextTierPlace - 1], state) }
        } else if nextTierPlace < tiers.count {
          startTier(nextTierPlace)
          nextTierPlace += 1
        } else {
          // Let go of the walk's lists, so that it goes on without copying them.
          states = CutStates(noneOf: space)
          guard walk.moveToNextCut() else { return nil }
          states = CutStates(space, at: walk)
          nextTierPlace = 0
        }
      }
    }

    private mutating func startTier(_ place: Int) {
      states.start(tiers[place])
      numbers = sampled.numbers(below: states.count, atCut: walk.cut, tierPlace: place)
    }
  }
}
