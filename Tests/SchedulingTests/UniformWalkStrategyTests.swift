import Scheduling
import Testing

@Suite struct UniformWalkStrategyTests {
  /// A task of six points beside one of a single point: seven interleavings.
  private static func counts(
    _ makeStrategy: (Seed) -> any Strategy, expectedStepCounts: [Int]
  ) throws -> [Int] {
    var counts = Array(repeating: 0, count: 7)
    for seed in UInt64(1)...7000 {
      let (events, _) = try trace(
        makeStrategy(Seed(seed)), pointCounts: [6, 1], expectedStepCounts: expectedStepCounts)
      counts[try #require(events.firstIndex(of: "1.0"))] += 1
    }
    return counts
  }

  @Test func everyInterleavingIsAsLikelyAsTheOthers() throws {
    let counts = try Self.counts({ UniformWalkStrategy(seed: $0) }, expectedStepCounts: [6, 1])
    #expect(counts.allSatisfy { (900...1100).contains($0) }, "\(counts)")
  }

  /// What the weights are there for: a fair choice ends the short task at once in half of the runs.
  @Test func aFairChoiceFavoursTheShortTask() throws {
    let counts = try Self.counts({ RandomStrategy(seed: $0) }, expectedStepCounts: [6, 1])
    #expect((3300...3700).contains(counts[0]), "\(counts)")
    #expect(counts[6] < 200, "\(counts)")
  }

  @Test func withoutEstimatesItIsTheFairChoice() throws {
    for seed in UInt64(1)...20 {
      let walk = try trace(UniformWalkStrategy(seed: Seed(seed)), taskCount: 3)
      #expect(walk == (try trace(RandomStrategy(seed: Seed(seed)), taskCount: 3)))
    }
  }

  /// The second session of a run starts from the points that the first one left.
  @Test func estimatesAreOfWhatATaskStartsWith() throws {
    var firstCount = 0
    for seed in UInt64(1)...3000 {
      let recorder = Recorder()
      let simulation = Simulation(strategy: UniformWalkStrategy(seed: Seed(seed)))
      for counts in [[9, 0], [2, 1]] {
        for (task, pointCount) in counts.enumerated() {
          simulation.spawn(task: task) {
            for _ in 0..<pointCount { await simulation.point() }
            if counts[0] == 2 { recorder.events.append("\(task)") }
          }
        }
        try simulation.run(expectedStepCounts: counts)
      }
      if recorder.events == ["0", "1"] { firstCount += 1 }
    }
    #expect((900...1100).contains(firstCount), "one interleaving of three: \(firstCount)")
  }

  @Test func atWorstATaskWeighsOne() throws {
    let (events, _) = try trace(
      UniformWalkStrategy(seed: Seed(1)), pointCounts: [5, 5, 5], expectedStepCounts: [1, 2])
    #expect(events.count == 15)
  }
}
