import Scheduling

/// The subsets of one cut's optional entries that each tier loses, by number, without those that an
/// earlier tier of the same cut lost.
struct LostSets {
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
    case lost(Subsets)
    case kept(Subsets)
    case draws(UInt64)
    /// Every subset, the numbers of all of them in the bits of a number.
    case all
  }

  init(elementCount: Int, seed: Seed, cut: Int) {
    self.elementCount = elementCount
    self.seed = seed
    self.cut = cut
  }

  /// Goes on to a tier. One that loses no subsets has none.
  ///
  /// - Parameter isBehindFUA: whether the entry before the cut is a FUA write.
  mutating func start(_ tier: Tier, isBehindFUA: Bool) {
    source = .nothing
    switch tier {
    case .prefix: lose(0...0)
    case .flushedOnly: lose(elementCount...elementCount)
    case .fuaOnly: if isBehindFUA { lose(elementCount...elementCount) }
    case .drop(let count): if elementCount > 0 { lose(1...min(count, elementCount)) }
    case .keep(let count): if elementCount > 0 { keep(1...min(count, elementCount)) }
    case .random(let count):
      if Self.count(ofAll: elementCount) <= UInt64(count) {
        lose(0...elementCount)
      } else {
        source = .draws(UInt64(count))
      }
    case .all: source = .all
    default: break
    }
  }

  /// How many numbers there are; 2^64 - 1 for that many and more.
  var count: UInt64 {
    switch source {
    case .nothing: 0
    case .lost(let subsets), .kept(let subsets): subsets.count
    case .draws(let count): count
    case .all: Self.count(ofAll: elementCount)
    }
  }

  /// How many subsets a set has.
  static func count(ofAll elementCount: Int) -> UInt64 {
    elementCount < 64 ? 1 << UInt64(elementCount) : .max
  }

  /// The subset of a number, as places among the cut's optional entries, ascending; `nil` for one that
  /// was given out before.
  mutating func subset(_ number: UInt64) -> [Int]? {
    switch source {
    case .nothing: return nil
    case .lost(let subsets):
      let lost = subsets[number]
      return drawn.contains(lost) ? nil : lost
    case .kept(let subsets):
      let lost = complement(of: subsets[number])
      return drawn.contains(lost) ? nil : lost
    case .draws:
      let lost = subset(ofDraw: number)
      return isGiven(lost.count) || !drawn.insert(lost).inserted ? nil : lost
    case .all:
      return (0..<elementCount).filter { (number >> UInt64($0)) & 1 == 1 }
    }
  }

  private mutating func lose(_ lostCounts: ClosedRange<Int>) {
    source = .lost(
      Subsets(elementCount: elementCount, chosenCounts: lostCounts.filter { !isGiven($0) }))
    givenCounts.append(lostCounts)
  }

  private mutating func keep(_ keptCounts: ClosedRange<Int>) {
    source = .kept(
      Subsets(
        elementCount: elementCount,
        chosenCounts: keptCounts.filter { !isGiven(elementCount - $0) }))
    givenCounts.append(elementCount - keptCounts.upperBound...elementCount - keptCounts.lowerBound)
  }

  private func isGiven(_ lostCount: Int) -> Bool {
    givenCounts.contains { $0.contains(lostCount) }
  }

  /// Each entry is lost with one chance, and the chance is drawn first: with a fair coin for each,
  /// all subsets of a large epoch would lose about half of it.
  private func subset(ofDraw draw: UInt64) -> [Int] {
    var stream = RandomStream(seed, .states, UInt64(cut), draw)
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
