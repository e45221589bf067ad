/// Every so many-th of the numbers below a bound, counted round from a place among them.
struct SampledNumbers: IteratorProtocol {
  private var upcoming: UInt64
  private let bound: UInt64
  private let step: UInt64
  private let start: UInt64

  /// All of them, from 0 on.
  init(all bound: UInt64) {
    self.init(from: 0, by: 1, below: bound, countedFrom: 0)
  }

  /// - Parameter start: the number that is counted as 0; below the bound, or 0.
  init(from first: UInt64, by step: UInt64, below bound: UInt64, countedFrom start: UInt64) {
    upcoming = first
    self.bound = bound
    self.step = step
    self.start = start
  }

  mutating func next() -> UInt64? {
    guard upcoming < bound else { return nil }
    let left = bound - start
    let number = upcoming < left ? start + upcoming : upcoming - left
    let (next, overflow) = upcoming.addingReportingOverflow(step)
    upcoming = overflow ? .max : next
    return number
  }
}
