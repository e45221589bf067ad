/// Makes the recorded choices again.
///
/// Where the recording does not fit what is pending, the first difference is kept in ``divergence``
/// and the first candidate goes, so that a run always ends.
public struct ReplayStrategy: Strategy {
  public struct Divergence: Hashable, Sendable {
    /// The how manyeth choice, from zero.
    public var choiceIndex: Int
    /// `nil` where the recording has no choice left.
    public var expectedBound: Int?
    public var foundBound: Int
  }

  private let schedule: Schedule
  private var nextIndex = 0
  public private(set) var divergence: Divergence?

  public init(_ schedule: Schedule) {
    self.schedule = schedule
  }

  public mutating func pick(from pending: [PendingOperation], step: Int) -> Int {
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
