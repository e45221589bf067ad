/// Runs one kind of work for the indices 0, 1, 2, … on several threads, and hands the results over
/// in the order of the indices.
///
/// So what is made of the results does not depend on the number of threads.
package struct WorkerPool: Sendable {
  /// How many threads work at once.
  package let jobCount: Int
  /// How far the threads may be ahead of the consumer, in indices.
  package var lookAheadCount: Int { 64 * jobCount }

  package init(jobCount: Int = Processors.count) {
    precondition(jobCount > 0, "somebody has to do the work")
    self.jobCount = jobCount
  }

  /// Returns when all indices are done, or after the consumer has returned `false` or thrown; no
  /// thread runs any more then. Work that was begun by then is brought to its end, and dropped.
  ///
  /// - Parameters:
  ///   - indexCount: how many indices there are; `nil` goes on until the consumer stops it.
  ///   - work: called once for each index, on any of the threads.
  ///   - consume: called on the calling thread, in the order of the indices without a gap; `false`
  ///     stops.
  /// - Throws: what `consume` throws, or ``HostError`` where not even one thread can be started.
  package func run<Outcome: Sendable>(
    indexCount: Int? = nil,
    work: @escaping @Sendable (_ index: Int) -> Outcome,
    consume: (_ index: Int, _ outcome: Outcome) throws -> Bool
  ) throws {
    let queue = OrderedQueue<Outcome>(indexCount: indexCount ?? .max, capacity: lookAheadCount)
    let threads = try start(min(jobCount, indexCount ?? .max), queue, work)
    defer {
      queue.stop()
      for thread in threads { thread.join() }
    }
    while let (index, outcome) = queue.takeNext() {
      guard try consume(index, outcome) else { return }
    }
  }

  private func start<Outcome: Sendable>(
    _ threadCount: Int, _ queue: OrderedQueue<Outcome>,
    _ work: @escaping @Sendable (Int) -> Outcome
  ) throws(HostError) -> [Thread] {
    var threads: [Thread] = []
    for _ in 0..<threadCount {
      do {
        threads.append(
          try Thread {
            while let index = queue.claimIndex() { queue.put(work(index), at: index) }
          })
      } catch {
        // Fewer threads take longer and give the same results.
        if threads.isEmpty { throw error }
        break
      }
    }
    return threads
  }
}
