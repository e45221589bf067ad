/// The orders in which entries that were in flight together may have taken effect.
///
/// Of each two that touch the same bytes and were in flight together either may have been first: each
/// choice for all of them that goes round in no circle is one order. Of those that do not touch the same
/// bytes only what time demands is kept: their order makes no other disk.
struct EffectOrders {
  /// As many choices between two are gone through in all their combinations: of pairs, and of early
  /// entries that persisted or not.
  static let maximumChoiceCount = 16

  private let order: InFlightOrder
  private let cut: Int

  init(_ order: InFlightOrder, cut: Int) {
    self.order = order
    self.cut = cut
  }

  /// What is out of the log's order in each, the log's own order first.
  ///
  /// - Parameter early: entries at or after the cut that persisted, ascending.
  /// - Returns: `nil` where there are too many.
  func all(early: [Int]) -> [[EarlyEntry]]? {
    func isPresent(_ entryIndex: Int) -> Bool { entryIndex < cut || early.contains(entryIndex) }
    var pairs: [(earlier: Int, later: Int)] = []
    for (entryIndex, earlier) in order.overlaps where isPresent(entryIndex) {
      pairs += earlier.filter(isPresent).map { ($0, entryIndex) }
    }
    guard pairs.count + early.count <= Self.maximumChoiceCount else { return nil }
    // Also those that overlap none in flight with them: what they touch may be touched by one that is moved.
    let entries = Set(pairs.flatMap { [$0.earlier, $0.later] } + early).sorted()
    var orders: [[EarlyEntry]] = []
    for choice in 0..<(1 << pairs.count) {
      let turned = pairs.indices.filter { (choice >> $0) & 1 == 1 }.map { pairs[$0] }
      if let sequence = sequence(entries, turned: turned) {
        orders.append(moves(sequence))
      }
    }
    return orders
  }

  /// The entries in an order in which each of the turned pairs has its later entry first, and every
  /// other pair that shows has not; `nil` where that is a circle.
  private func sequence(
    _ entries: [Int], turned: [(earlier: Int, later: Int)]
  ) -> [Int]? {
    func precedes(_ one: Int, _ other: Int) -> Bool {
      let (earlier, later) = one < other ? (one, other) : (other, one)
      if !order.touchTheSame(earlier, later) { return order.isOver(one, before: other) }
      return turned.contains { $0 == (earlier, later) } == (one == later)
    }
    var left = entries
    var sequence: [Int] = []
    while !left.isEmpty {
      let place = left.firstIndex { entry in
        !left.contains { $0 != entry && precedes($0, entry) }
      }
      guard let place else { return nil }
      sequence.append(left.remove(at: place))
    }
    return sequence
  }

  /// Each entry that stands in front of a smaller one takes effect right before the smallest of those.
  private func moves(_ sequence: [Int]) -> [EarlyEntry] {
    var moves: [EarlyEntry] = []
    for (place, entryIndex) in sequence.enumerated() {
      let before = sequence[(place + 1)...].min() ?? .max
      let bound = entryIndex >= cut ? min(before, cut) : before
      if bound < entryIndex || entryIndex >= cut {
        moves.append(EarlyEntry(entryIndex: entryIndex, beforeEntryIndex: bound))
      }
    }
    return moves.enumerated().sorted {
      ($0.element.beforeEntryIndex, $0.offset) < ($1.element.beforeEntryIndex, $1.offset)
    }.map(\.element)
  }
}
