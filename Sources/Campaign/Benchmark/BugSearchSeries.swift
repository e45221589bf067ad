/// The same search from several starts, and what it takes in the middle.
///
/// A start that does not find the bug within its limit is over the limit: above every start that does.
package struct BugSearchSeries: Hashable, Sendable {
  /// How many starts there are to be.
  package let startCount: Int
  /// In the order of the starts.
  package private(set) var searches: [BugSearch] = []

  package init(startCount: Int) {
    precondition(startCount >= 1, "a median is that of something")
    self.startCount = startCount
  }

  package mutating func add(_ search: BugSearch) {
    precondition(!isDecided, "the series is complete")
    searches.append(search)
  }

  /// Nothing that further starts come to would change the median: all are there, or as many are over
  /// the limit as it takes for the median to be.
  package var isDecided: Bool {
    searches.count == startCount || searches.count - foundCount >= startCount - startCount / 2
  }

  package var foundCount: Int { searches.count(where: \.isFound) }

  /// The seeds that the start in the middle took, or the mean of the two in the middle; `nil` where
  /// one of these is over the limit.
  package var medianSeedCount: Double? { median(\.seedCount) }

  /// The same of the crash states that were judged.
  package var medianJudgedStateCount: Double? { median(\.judgedStateCount) }

  private func median(_ count: (BugSearch) -> Int) -> Double? {
    guard searches.count == startCount else { return nil }
    let sorted = searches.filter(\.isFound).map(count).sorted()
    let upper = startCount / 2
    guard upper < sorted.count else { return nil }
    let lower = (startCount - 1) / 2
    return Double(sorted[lower] + sorted[upper]) / 2
  }
}
