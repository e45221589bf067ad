/// The orders in which entries that were in flight together may have taken effect.
///
/// Built by taking one entry after the other and putting it behind all before it, or in front of one
/// that it overlaps and was in flight with. Entries that do not touch the same bytes are not told
/// apart: their order makes no other disk.
struct EffectOrders {
  private let order: InFlightOrder
  private let cut: Int
  /// No more than this many are made.
  private let maximumCount: Int

  init(_ order: InFlightOrder, cut: Int, maximumCount: Int) {
    self.order = order
    self.cut = cut
    self.maximumCount = maximumCount
  }

  /// What is out of the log's order in each, the log's own order first.
  ///
  /// - Parameter early: entries at or behind the cut that persisted.
  /// - Returns: `nil` where there are too many.
  func all(early: [Int]) -> [[EarlyEntry]]? {
    let overlaps = order.overlaps.filter { $0.entryIndex < cut || early.contains($0.entryIndex) }
    var sequences: [[Int]] = [[]]
    for (entryIndex, earlier) in overlaps {
      var next: [[Int]] = []
      for sequence in sequences {
        next += placements(of: entryIndex, in: sequence, overlapping: earlier, early)
        if next.count > maximumCount { return nil }
      }
      sequences = next
    }
    return sequences.map { moves($0, early: early) }
  }

  private func placements(
    of entryIndex: Int, in sequence: [Int], overlapping earlier: [Int], _ early: [Int]
  ) -> [[Int]] {
    let present = earlier.filter { $0 < cut || early.contains($0) }
    var sequence = sequence
    // An entry that overlaps nothing before it has its first mention here.
    for other in present where !sequence.contains(other) {
      let place = sequence.firstIndex { $0 > other && !isMoved($0, in: sequence) } ?? sequence.count
      sequence.insert(other, at: place)
    }
    var placements = [sequence + [entryIndex]]
    for place in sequence.indices.reversed() where present.contains(sequence[place]) {
      let isPossible = sequence[place...].allSatisfy {
        order.allows(EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: min($0, entryIndex - 1)))
          || !present.contains($0)
      }
      guard isPossible else { break }
      var moved = sequence
      moved.insert(entryIndex, at: place)
      placements.append(moved)
    }
    return placements
  }

  private func isMoved(_ entryIndex: Int, in sequence: [Int]) -> Bool {
    guard let place = sequence.firstIndex(of: entryIndex) else { return false }
    return sequence[(place + 1)...].contains { $0 < entryIndex }
  }

  /// Each entry that stands in front of a smaller one takes effect right before the smallest of those.
  private func moves(_ sequence: [Int], early: [Int]) -> [EarlyEntry] {
    var moves: [EarlyEntry] = []
    for (place, entryIndex) in sequence.enumerated() {
      let before = sequence[(place + 1)...].min() ?? .max
      let bound = entryIndex >= cut ? min(before, cut) : before
      if bound < entryIndex || entryIndex >= cut {
        moves.append(EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: bound))
      }
    }
    for entryIndex in early where !sequence.contains(entryIndex) {
      moves.append(EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: cut))
    }
    return moves.enumerated().sorted {
      ($0.element.beforeEntryIndex, $0.offset) < ($1.element.beforeEntryIndex, $1.offset)
    }.map(\.element)
  }
}
