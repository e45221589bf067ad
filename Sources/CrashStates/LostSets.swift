import Scheduling

/// The subsets of one cut's optional entries that each tier loses, without those that an earlier
/// tier of the same cut lost.
struct LostSets: IteratorProtocol {
  private let elementCount: Int
  private let seed: Seed
  private let cut: Int
  /// The numbers of lost entries of which all subsets have been given out.
  private var givenCounts: [ClosedRange<Int>] = []
  /// What was drawn of the other numbers. Only asked, never iterated.
  private var drawn: Set<[Int]> = []
  private var source = Source.nothing

  private enum Source {
    case nothing
    case lost(Combinations)
    case kept(Combinations)
    case draws(Range<Int>)
  }

  init(elementCount: Int, seed: Seed, cut: Int) {
    self.elementCount = elementCount
    self.seed = seed
    self.cut = cut
  }

  /// Goes on to a tier.
  mutating func start(_ tier: Tier) {
    switch tier {
    case .prefix: lose(0...0)
    case .flushedOnly: lose(elementCount...elementCount)
    case .drop(let count):
      if elementCount > 0 { lose(1...min(count, elementCount)) } else { source = .nothing }
    case .keep(let count):
      if elementCount > 0 { keep(1...min(count, elementCount)) } else { source = .nothing }
    case .random(let count):
      if elementCount < Int.bitWidth - 1 && 1 << elementCount <= count {
        lose(0...elementCount)
      } else {
        source = .draws(0..<count)
      }
    }
  }

  /// The next subset, as places among the cut's optional entries, ascending.
  mutating func next() -> [Int]? {
    // Taken out while it changes, so that its arrays are not copied.
    let current = source
    source = .nothing
    switch current {
    case .nothing: return nil
    case .lost(var subsets):
      while let lost = subsets.next() {
        if drawn.contains(lost) { continue }
        source = .lost(subsets)
        return lost
      }
    case .kept(var subsets):
      while let kept = subsets.next() {
        let lost = complement(of: kept)
        if drawn.contains(lost) { continue }
        source = .kept(subsets)
        return lost
      }
    case .draws(let draws):
      for draw in draws {
        let lost = subset(ofDraw: draw)
        if isGiven(lost.count) || !drawn.insert(lost).inserted { continue }
        source = .draws(draw + 1..<draws.upperBound)
        return lost
      }
    }
    return nil
  }

  private mutating func lose(_ lostCounts: ClosedRange<Int>) {
    source = .lost(
      Combinations(
        elementCount: elementCount, chosenCounts: lostCounts.filter { !isGiven($0) }))
    givenCounts.append(lostCounts)
  }

  private mutating func keep(_ keptCounts: ClosedRange<Int>) {
    source = .kept(
      Combinations(
        elementCount: elementCount,
        chosenCounts: keptCounts.filter { !isGiven(elementCount - $0) }))
    givenCounts.append(elementCount - keptCounts.upperBound...elementCount - keptCounts.lowerBound)
  }

  private func isGiven(_ lostCount: Int) -> Bool {
    givenCounts.contains { $0.contains(lostCount) }
  }

  /// Each entry is lost with one chance, and the chance is drawn first: with a fair coin for each,
  /// all subsets of a large epoch would lose about half of it.
  private func subset(ofDraw draw: Int) -> [Int] {
    var stream = RandomStream(seed, .states, UInt64(cut), UInt64(draw))
    let chance = stream.next(in: 1...7)
    return (0..<elementCount).filter { _ in stream.chance(chance, of: 8) }
  }

  private func complement(of kept: [Int]) -> [Int] {
    var lost: [Int] = []
    lost.reserveCapacity(elementCount - kept.count)
    var next = 0
    for element in kept {
      lost.append(contentsOf: next..<element)
      next = element + 1
    }
    lost.append(contentsOf: next..<elementCount)
    return lost
  }
}
