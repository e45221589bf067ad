/// At which cuts what may show: a list of what operations left, each from the cut on at which it was submitted,
/// until another one is durable that was submitted after this one had ended.
///
/// Of those durable ones only the last submission counts, so one number stands for all of them at a cut. Asked
/// in the logarithm of the number of operations.
struct Appearances<Contents: Comparable> {
  /// Times are places among the events of the client's history, cuts are counts of log entries.
  struct Operation {
    var contents: Contents?
    var submittedAtCut: Int
    var beganAt: Int
    /// `nil`: never, so nothing supersedes it.
    var endedAt: Int?
    /// `nil`: at none.
    var durableAtCut: Int?
  }

  private struct Appearance {
    var contents: Contents
    var submittedAtCut: Int
    /// When the last one ended of all that left these contents and were submitted by then.
    var latestEnd: Int
  }

  /// By contents, and of the same contents by submission.
  private let appearances: [Appearance]
  /// The cuts at which a later submission than all before it became durable, ascending, and when it began.
  private let durable: [(cut: Int, beganAt: Int)]

  init(_ operations: [Operation]) {
    var appearances: [Appearance] = []
    var durable: [(cut: Int, beganAt: Int)] = []
    appearances.reserveCapacity(operations.count)
    for operation in operations {
      if let contents = operation.contents {
        appearances.append(
          Appearance(
            contents: contents, submittedAtCut: operation.submittedAtCut,
            latestEnd: operation.endedAt ?? .max))
      }
      if let cut = operation.durableAtCut {
        durable.append((max(cut, operation.submittedAtCut), operation.beganAt))
      }
    }
    self.appearances = Self.accumulated(appearances)
    self.durable = Self.rising(durable)
  }

  private static func accumulated(_ unsorted: [Appearance]) -> [Appearance] {
    if unsorted.count < 2 { return unsorted }
    var sorted = unsorted.sorted {
      ($0.contents, $0.submittedAtCut) < ($1.contents, $1.submittedAtCut)
    }
    for place in sorted.indices.dropFirst()
    where sorted[place].contents == sorted[place - 1].contents {
      sorted[place].latestEnd = max(sorted[place].latestEnd, sorted[place - 1].latestEnd)
    }
    return sorted
  }

  private static func rising(
    _ unsorted: [(cut: Int, beganAt: Int)]
  ) -> [(cut: Int, beganAt: Int)] {
    if unsorted.count < 2 { return unsorted }
    var rising: [(cut: Int, beganAt: Int)] = []
    for step in unsorted.sorted(by: { $0 < $1 })
    where step.beganAt > rising.last?.beganAt ?? -1 {
      rising.append(step)
    }
    return rising
  }

  /// When the last submitted operation began that is durable at a cut; `nil` where none is.
  func lastDurableBegin(atCut cut: Int) -> Int? {
    let count = durable.partitioningIndex { $0.cut > cut }
    return count == 0 ? nil : durable[count - 1].beganAt
  }

  /// Whether one of the operations left these contents, was submitted by the cut and is not superseded.
  ///
  /// - Parameter lastDurableBegin: of everything that can supersede it; `nil` where nothing does.
  func mayShow(_ contents: Contents, atCut cut: Int, lastDurableBegin: Int?) -> Bool {
    let end = appearances.partitioningIndex {
      $0.contents > contents || $0.contents == contents && $0.submittedAtCut > cut
    }
    guard end > 0, appearances[end - 1].contents == contents else { return false }
    return lastDurableBegin.map { $0 <= appearances[end - 1].latestEnd } ?? true
  }
}
