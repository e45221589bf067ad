import Scheduling

/// The states of some tiers at every cut of a log, one at a time: cut by cut, and at each cut tier by
/// tier in the order given.
///
/// A cut's state that an earlier tier of the list has is not repeated. The same history, tiers and
/// seed give the same states in the same order, whatever was enumerated before.
public struct StateEnumerator: Sequence {
  private let history: DiskHistory
  private let tiers: [Tier]
  private let seed: Seed

  /// - Parameter seed: what `random:n` draws from.
  public init(history: DiskHistory, tiers: [Tier], seed: UInt64) {
    self.history = history
    self.tiers = tiers
    self.seed = Seed(seed)
  }

  public func makeIterator() -> Iterator {
    Iterator(history: history, tiers: tiers, seed: seed)
  }

  public struct Iterator: IteratorProtocol {
    private let history: DiskHistory
    private let tiers: [Tier]
    private let seed: Seed
    private var cut = 0
    private var optional: [Int] = []
    private var nextTierPlace = 0
    private var lostSets: LostSets

    init(history: DiskHistory, tiers: [Tier], seed: Seed) {
      self.history = history
      self.tiers = tiers
      self.seed = seed
      lostSets = LostSets(elementCount: 0, seed: seed, cut: 0)
    }

    public mutating func next() -> (tier: Tier, state: CrashState)? {
      while true {
        if let lost = lostSets.next() {
          return (tiers[nextTierPlace - 1], CrashState(cut: cut, lost: lost.map { optional[$0] }))
        }
        if nextTierPlace < tiers.count {
          lostSets.start(tiers[nextTierPlace])
          nextTierPlace += 1
        } else {
          guard cut < history.entryCount else { return nil }
          moveToNextCut()
        }
      }
    }

    private mutating func moveToNextCut() {
      let events = history.blockHistory.events
      if events.isFlush(cut) { optional.removeAll(keepingCapacity: true) }
      if events.isVolatile(cut) { optional.append(cut) }
      cut += 1
      nextTierPlace = 0
      lostSets = LostSets(elementCount: optional.count, seed: seed, cut: cut)
    }
  }
}
