import Host

/// Carries out runs: several side by side, or one after the other where each of them has work for all jobs.
struct RunPool {
  let jobCount: Int
  let isOneByOne: Bool

  /// As ``WorkerPool/run(indexCount:work:consume:)``. One by one nothing is begun that may not be wanted.
  func run<Outcome: Sendable>(
    indexCount: Int, work: @escaping @Sendable (_ index: Int) -> Outcome,
    consume: (_ index: Int, _ outcome: Outcome) throws -> Bool
  ) throws {
    guard isOneByOne else {
      return try WorkerPool(jobCount: jobCount).run(
        indexCount: indexCount, work: work, consume: consume)
    }
    for index in 0..<indexCount {
      guard try consume(index, work(index)) else { return }
    }
  }
}
