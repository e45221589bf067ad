import Testing

@testable import CrashStates

@Suite struct SubsetsTests {
  /// All subsets of 0..<n, sorted by the number of elements in the order given and then by elements.
  private static func bruteForce(_ elementCount: Int, _ chosenCounts: [Int]) -> [[Int]] {
    let all = (0..<1 << elementCount).map { bits in
      (0..<elementCount).filter { bits >> $0 & 1 == 1 }
    }
    return chosenCounts.flatMap { chosenCount in
      all.filter { $0.count == chosenCount }.sorted { $0.lexicographicallyPrecedes($1) }
    }
  }

  @Test(arguments: 0...9)
  func eachNumberIsOneSubsetInOrder(elementCount: Int) {
    for chosenCounts in [
      Array(0...elementCount), [elementCount], [1, 2], [3, 1], [], [elementCount + 1, 2],
    ] {
      let subsets = Subsets(elementCount: elementCount, chosenCounts: chosenCounts)
      let expected = Self.bruteForce(elementCount, chosenCounts)
      #expect(subsets.count == UInt64(expected.count))
      #expect((0..<subsets.count).map { subsets[$0] } == expected)
    }
  }

  @Test func binomialsArePascalsTriangle() {
    var row: [UInt64] = [1]
    for n in 0...60 {
      #expect((0...n).map { Subsets.binomial(n, $0) } == row, "row \(n)")
      row = [1] + zip(row, row.dropFirst()).map { $0 + $1 } + [1]
    }
    #expect(Subsets.binomial(5, 6) == 0)
    #expect(Subsets.binomial(5, -1) == 0)
  }

  /// 67 over 33 is the last middle one that 64 bits hold.
  @Test func binomialsEndAtTheLargestNumber() {
    #expect(Subsets.binomial(67, 33) == 14_226_520_737_620_288_370)
    #expect(Subsets.binomial(68, 34) == .max)
    #expect(Subsets.binomial(1_000_000, 500_000) == .max)
    #expect(Subsets.binomial(1_000_000, 2) == 499_999_500_000)
    #expect(Subsets.binomial(1_000_000, 999_999) == 1_000_000)
    #expect(Subsets(elementCount: 200, chosenCounts: [1, 100]).count == .max)
    // 2^64 is one more than 64 bits hold.
    #expect(Subsets(elementCount: 64, chosenCounts: Array(0...64)).count == .max)
    #expect(Subsets(elementCount: 63, chosenCounts: Array(0...63)).count == 1 << 63)
  }

  /// Numbers near the end of 64 bits give subsets of the right size, ascending.
  @Test func theLastNumbersOfAHugeSetAreSubsets() {
    let subsets = Subsets(elementCount: 300, chosenCounts: [1, 150])
    for number in [300, 301, .max / 2, .max - 1] as [UInt64] {
      let subset = subsets[number]
      #expect(subset.count == 150)
      #expect(subset == Set(subset).sorted())
      #expect(subset.allSatisfy { (0..<300).contains($0) })
    }
    #expect(subsets[299] == [299])
    #expect(subsets[300] == Array(0..<150))
    #expect(subsets[301] == Array(0..<149) + [150])
  }

  @Test func aNumberBehindTheLastTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = Subsets(elementCount: 3, chosenCounts: [2])[3]
    }
  }
}
