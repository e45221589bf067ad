import Bytes

/// What is lost of the changes of names at a cut: a crash keeps the first so many of them, or any of them
/// where that is what the persona says.
///
/// Losses are places among what is optional at the cut, first the entries, then the changes of names in their
/// order.
struct NameLosses {
  private let entryCount: Int
  private let nameCount: Int
  private let losesAnyChange: Bool
  private var keeping = Keeping.beforeFirstLost

  /// How many are kept where a tier loses some of them.
  private enum Keeping {
    /// Losing one loses all after it.
    case beforeFirstLost
    /// Keeping one keeps all before it.
    case upToLastKept
    /// As many as are not lost.
    case asMany
    /// All that are not lost.
    case each
  }

  init(entryCount: Int, nameCount: Int, losesAnyChange: Bool) {
    self.entryCount = entryCount
    self.nameCount = nameCount
    self.losesAnyChange = losesAnyChange
  }

  mutating func start(_ tier: Tier) {
    switch tier {
    case _ where losesAnyChange: keeping = .each
    case .keep: keeping = .upToLastKept
    case .random, .all: keeping = .asMany
    default: keeping = .beforeFirstLost
    }
  }

  private var placeCount: Int { entryCount + nameCount }

  /// Makes the lost changes of names all those after the ones that the tier keeps.
  ///
  /// - Parameter lost: ascending.
  func complete(_ lost: inout [Int]) {
    if nameCount == 0 || keeping == .each { return }
    let entryLossCount = lost.countBelow(entryCount)
    let keptEnd = keptEnd(losing: lost[entryLossCount...])
    lost.removeSubrange(entryLossCount...)
    lost += keptEnd..<placeCount
  }

  /// The place after the last change that is kept.
  private func keptEnd(losing lost: ArraySlice<Int>) -> Int {
    switch keeping {
    case .beforeFirstLost: return lost.first ?? placeCount
    case .asMany, .each: return placeCount - lost.count
    case .upToLastKept:
      var keptEnd = placeCount
      for place in lost.reversed() where place == keptEnd - 1 { keptEnd -= 1 }
      return keptEnd
    }
  }

  // MARK: The tier of names

  /// How many losses there are of each number of changes: with all contents, and with the durable ones only; and
  /// of each change alone that is not the last, where that is possible.
  var count: Int {
    if nameCount == 0 { return 0 }
    return (entryCount == 0 ? nameCount : 2 * nameCount + 1) + aloneCount
  }

  private var aloneCount: Int { losesAnyChange ? nameCount - 1 : 0 }

  /// - Parameter number: below ``count``.
  func losses(_ number: Int) -> [Int] {
    if number < aloneCount { return [entryCount + number] }
    let number = number - aloneCount
    if number < nameCount { return Array(entryCount + number..<placeCount) }
    return Array(0..<entryCount) + (entryCount + number - nameCount..<placeCount)
  }
}
