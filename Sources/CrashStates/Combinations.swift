/// All subsets of 0..<`elementCount` of the given numbers of elements, in the order of the numbers and
/// then lexicographically, one at a time.
struct Combinations: IteratorProtocol {
  private let elementCount: Int
  private var chosenCounts: ArraySlice<Int>
  private var current: [Int]?

  init(elementCount: Int, chosenCounts: [Int]) {
    self.elementCount = elementCount
    self.chosenCounts = ArraySlice(chosenCounts.filter { $0 <= elementCount })
  }

  /// The next subset, ascending.
  mutating func next() -> [Int]? {
    if current == nil || !advance() {
      guard let chosenCount = chosenCounts.popFirst() else { return nil }
      current = Array(0..<chosenCount)
    }
    return current
  }

  /// Moves on to the next subset of the same number of elements, if there is one.
  private mutating func advance() -> Bool {
    guard var chosen = current else { return false }
    current = nil
    var place = chosen.count - 1
    while place >= 0, chosen[place] == elementCount - chosen.count + place { place -= 1 }
    if place < 0 { return false }
    chosen[place] += 1
    for next in place + 1..<max(place + 1, chosen.count) { chosen[next] = chosen[next - 1] + 1 }
    current = chosen
    return true
  }
}
