/// The subsets of 0..<`elementCount` of some numbers of elements, by number: in the order of the numbers
/// of elements given, and then lexicographically.
struct Subsets {
  let elementCount: Int
  /// Each with how many subsets have so many elements.
  private let chosenCounts: [(chosenCount: Int, subsetCount: UInt64)]
  /// How many there are; 2^64 - 1 for that many and more.
  let count: UInt64

  init(elementCount: Int, chosenCounts: [Int]) {
    self.elementCount = elementCount
    self.chosenCounts = chosenCounts.filter { $0 <= elementCount }.map {
      ($0, Self.binomial(elementCount, $0))
    }
    count = self.chosenCounts.reduce(0) { total, next in
      let (sum, overflow) = total.addingReportingOverflow(next.subsetCount)
      return overflow ? .max : sum
    }
  }

  /// The subset of a number below ``count``, ascending.
  subscript(number: UInt64) -> [Int] {
    var rest = number
    for (chosenCount, subsetCount) in chosenCounts {
      if rest < subsetCount { return subset(rest, of: chosenCount) }
      rest -= subsetCount
    }
    preconditionFailure("a subset is asked for by a number below their count")
  }

  private func subset(_ number: UInt64, of chosenCount: Int) -> [Int] {
    var rest = number
    var subset: [Int] = []
    subset.reserveCapacity(chosenCount)
    var element = 0
    while subset.count < chosenCount {
      let left = chosenCount - subset.count
      if left == 1 {
        subset.append(element + Int(rest))
        break
      }
      // So many subsets go on with this element.
      let count = Self.binomial(elementCount - element - 1, left - 1)
      if rest < count { subset.append(element) } else { rest -= count }
      element += 1
    }
    return subset
  }

  /// n over k; 2^64 - 1 for that and more.
  static func binomial(_ n: Int, _ k: Int) -> UInt64 {
    if k < 0 || k > n { return 0 }
    if k == 1 { return UInt64(n) }
    var result: UInt64 = 1
    for step in 0..<min(k, n - k) {
      let (high, low) = result.multipliedFullWidth(by: UInt64(n - step))
      // Whole at each step, since the product of so many neighbours is divisible by their number.
      guard high < UInt64(step + 1) else { return .max }
      result = UInt64(step + 1).dividingFullWidth((high, low)).quotient
    }
    return result
  }
}
