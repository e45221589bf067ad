import Testing

@testable import Scheduling

@Suite struct DelayStrategyTests {
  /// Three tasks of two points, with delays that are given as step and lateness.
  @Test(arguments: [
    ([], "0.0 1.0 2.0 0.1 1.1 2.1"),
    // Behind all that wait by then, in front of what comes later.
    ([(0, 0)], "1.0 2.0 0.0 1.1 2.1 0.1"),
    ([(2, 0)], "0.0 1.0 0.1 1.1 2.0 2.1"),
    // Two at one step.
    ([(0, 0), (0, 0)], "2.0 0.0 1.0 2.1 0.1 1.1"),
    // Behind those too that come within two steps, and after all.
    ([(0, 2)], "1.0 2.0 1.1 2.1 0.0 0.1"),
    ([(1, 1)], "0.0 2.0 0.1 2.1 1.0 1.1"),
    ([(0, 90)], "1.0 2.0 1.1 2.1 0.0 0.1"),
    // Behind the last step.
    ([(9, 0)], "0.0 1.0 2.0 0.1 1.1 2.1"),
  ])
  func whoIsDelayedQueuesAgain(delays: [(Int, Int)], expected: String) throws {
    let strategy = DelayStrategy(
      delays: delays.map { DelayStrategy.Delay(step: $0.0, lateStepCount: $0.1) })
    let (events, _) = try trace(strategy, pointCounts: [2, 2, 2])
    #expect(events.joined(separator: " ") == expected)
  }

  @Test func aSeedDrawsOneToThreeDelays() {
    let draws = (UInt64(1)...200).map {
      DelayStrategy(seed: Seed($0), expectedStepCount: 40).delays
    }
    #expect(Set(draws.map(\.count)) == [1, 2, 3])
    let delays = draws.flatMap { $0 }
    #expect(Set(delays.map(\.step)) == Set(0..<40))
    #expect(Set(delays.map(\.lateStepCount)) == [0, 4, 16, 40])
  }
}
