/// How much may still be looked at. A log of a few kilobytes can ask for terabytes of work, by
/// discards and by entries that claim a whole ring; a budget in proportion to the log ends that.
struct WorkBudget {
  private(set) var rest: UInt64
  /// Whether something was not looked at.
  private(set) var isExhausted = false

  /// - Returns: whether there is enough left. Once there is not, there never is again.
  mutating func spend(_ stepCount: UInt64) -> Bool {
    guard !isExhausted, stepCount <= rest else {
      isExhausted = true
      return false
    }
    rest -= stepCount
    return true
  }

  init(stepCount: UInt64) {
    rest = stepCount
  }
}
