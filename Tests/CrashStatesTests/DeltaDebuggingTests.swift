import CrashStates
import Testing

@Suite struct DeltaDebuggingTests {
  @Test(arguments: [
    [[3]], [[0]], [[9]], [[2, 7]], [[0, 9]], [[1, 4, 5, 8]], [Array(0..<10)], [[2], [5, 6]],
  ])
  func whatFailsTogetherIsLeft(causes: [[Int]]) {
    var questionCount = 0
    let kept = DeltaDebugging.minimized(Array(0..<10)) { items in
      questionCount += 1
      #expect(items == items.sorted())
      return causes.contains { cause in cause.allSatisfy(items.contains) }
    }
    #expect(causes.contains(kept))
    #expect(questionCount < 100)
  }

  @Test func nothingIsLeftWhereNothingIsNeeded() {
    #expect(DeltaDebugging.minimized([1, 2, 3]) { _ in true } == [])
    #expect(DeltaDebugging.minimized([Int]()) { _ in true } == [])
  }
}
