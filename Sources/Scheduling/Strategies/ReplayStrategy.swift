/// Makes the recorded choices again.
///
/// Where the recording does not fit what is pending, the first difference is kept in ``divergence``
/// and the first candidate goes, so that a run always ends.
package struct ReplayStrategy: Strategy {
  package struct Divergence: Hashable, Sendable {
    /// Which choice it is, from zero.
    package var choiceIndex: Int
    /// `nil` where the recording has no choice left.
    package var expectedBound: Int?
    /// `nil` where the run has ended.
    package var foundBound: Int?
  }

  private let schedule: Schedule
  private var nextIndex = 0
  package private(set) var divergence: Divergence?

  package init(_ schedule: Schedule) {
    self.schedule = schedule
  }

  /// The first difference of a run that has ended: one that was met, or the choices that are left.
  package var finalDivergence: Divergence? {
    if let divergence { return divergence }
    guard nextIndex < schedule.choices.count else { return nil }
    return Divergence(
      choiceIndex: nextIndex, expectedBound: schedule.choices[nextIndex].bound, foundBound: nil)
  }

  package mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
    defer { nextIndex += 1 }
    let expected = nextIndex < schedule.choices.count ? schedule.choices[nextIndex] : nil
    if let expected, expected.bound == pending.count { return expected.index }
    if divergence == nil {
      divergence = Divergence(
        choiceIndex: nextIndex, expectedBound: expected?.bound, foundBound: pending.count)
    }
    return 0
  }
}
