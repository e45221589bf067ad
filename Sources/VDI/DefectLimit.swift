/// How many more defects of one rule are told: a damaged map can have half a milliard of them, and
/// building the sentences would take longer than finding them.
struct DefectLimit {
  private var leftCount: Int

  init(_ limit: Int) {
    leftCount = limit
  }

  /// Whether another one is told; then it is counted.
  mutating func takesOne() -> Bool {
    if leftCount == 0 { return false }
    leftCount -= 1
    return true
  }
}
