import Glibc
import Host
import Synchronization
import Testing

@Suite struct WorkerPoolTests {
  private struct ConsumerFailed: Error {}

  @Test(arguments: [1, 2, 3, 8])
  func resultsComeInTheOrderOfTheirIndices(jobCount: Int) throws {
    var squares: [Int] = []
    try WorkerPool(jobCount: jobCount).run(indexCount: 2000) { index in
      // The first ones take longest, so that they are not ready first.
      if index % 50 == 0 { usleep(2000) }
      return index * index
    } consume: { index, square in
      #expect(index == squares.count)
      squares.append(square)
      return true
    }
    #expect(squares == (0..<2000).map { $0 * $0 })
  }

  @Test func withoutABoundItGoesOnUntilTheConsumerStops() throws {
    let startedCount = Atomic<Int>(0)
    var consumedCount = 0
    let pool = WorkerPool(jobCount: 2)
    try pool.run { index in
      startedCount.add(1, ordering: .relaxed)
      return index
    } consume: { index, _ in
      consumedCount += 1
      return index < 999
    }
    #expect(consumedCount == 1000)
    #expect(startedCount.load(ordering: .relaxed) <= 1000 + pool.lookAheadCount)
  }

  @Test func workersDoNotRunAwayFromASlowConsumer() throws {
    let startedCount = Atomic<Int>(0)
    let pool = WorkerPool(jobCount: 2)
    var worstLead = 0
    try pool.run(indexCount: 400) { index in
      startedCount.add(1, ordering: .relaxed)
      return index
    } consume: { index, _ in
      usleep(50)
      worstLead = max(worstLead, startedCount.load(ordering: .relaxed) - index - 1)
      return true
    }
    #expect(worstLead <= pool.lookAheadCount)
  }

  @Test func afterTheReturnNoWorkRuns() throws {
    let runningCount = Atomic<Int>(0)
    try WorkerPool(jobCount: 4).run { index in
      runningCount.add(1, ordering: .sequentiallyConsistent)
      usleep(500)
      runningCount.subtract(1, ordering: .sequentiallyConsistent)
      return index
    } consume: { index, _ in
      index < 20
    }
    #expect(runningCount.load(ordering: .sequentiallyConsistent) == 0)
  }

  @Test func aConsumersErrorStopsTheWorkers() {
    #expect(throws: ConsumerFailed.self) {
      try WorkerPool(jobCount: 3).run {
        $0
      } consume: { index, _ in
        if index == 5 { throw ConsumerFailed() }
        return true
      }
    }
  }

  @Test func noIndicesMeanNoCalls() throws {
    try WorkerPool(jobCount: 3).run(indexCount: 0) {
      $0
    } consume: { _, _ in
      Issue.record("there is nothing to consume")
      return false
    }
  }

  @Test func workFromTheMainActorRunsOutsideOfIt() async throws {
    let onCallingThread = try await MainActor.run {
      let caller = pthread_self()
      var answers: [Bool] = []
      try WorkerPool(jobCount: 2).run(indexCount: 4) { _ in
        pthread_self() == caller
      } consume: { _, answer in
        answers.append(answer)
        return true
      }
      return answers
    }
    #expect(onCallingThread == [false, false, false, false])
  }

  @Test func theStackIsAsDeepAsTheMainThreads() throws {
    @Sendable func deep(_ depth: Int) -> Int {
      var filler = InlineArray<512, UInt64>(repeating: UInt64(depth))
      filler[depth % 512] = 1
      return depth == 0 ? 0 : 1 + deep(depth - 1) + Int(filler[depth % 512]) - 1
    }
    // 900 frames of at least 4 KiB: more than half a megabyte, the default of other systems.
    try WorkerPool(jobCount: 1).run(indexCount: 1) { _ in
      deep(900)
    } consume: { _, depth in
      #expect(depth == 900)
      return true
    }
  }

  @Test func noThreadsTrap() async {
    await #expect(processExitsWith: .failure) { _ = WorkerPool(jobCount: 0) }
  }
}
