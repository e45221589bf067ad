import Glibc
import Synchronization
import Testing

@testable import Host

@Suite struct OwnProcessorTests {
  private struct BodyFailed: Error {}

  @Test func nobodySharesAProcessor() throws {
    let taken = Mutex<Set<UInt32>>([])
    // More than there are processors, so that some have to wait.
    try WorkerPool(jobCount: Processors.count + 2).run(indexCount: 200) { _ in
      OwnProcessor.run { processor in
        let isFree = taken.withLock { $0.insert(processor).inserted }
        usleep(200)
        taken.withLock { _ = $0.remove(processor) }
        return isFree
      }
    } consume: { _, isFree in
      #expect(isFree)
      return true
    }
  }

  @Test(.enabled(if: FirstInFirstOut.isAllowed))
  func theThreadAndWhatItStartsStayThere() throws {
    try WorkerPool(jobCount: 1).run(indexCount: 1) { _ in
      let before = ThreadProcessors.ofThisThread
      let (processor, inside, counted) = OwnProcessor.run { processor in
        (
          processor, ThreadProcessors.ofThisThread,
          try? ChildProcess.run(argv: ["nproc"]).outputText
        )
      }
      #expect(before.numbers.contains(processor))
      #expect(inside == ThreadProcessors([processor]))
      #expect(counted == "1\n")
      #expect(ThreadProcessors.ofThisThread == before)
    } consume: { _, _ in
      true
    }
  }

  @Test func aBodyThatFailsGivesItBack() throws {
    for _ in 0...Processors.count {
      #expect(throws: BodyFailed.self) {
        try OwnProcessor.run { _ throws(BodyFailed) in throw BodyFailed() }
      }
    }
  }

  /// A thread that may use one processor alone, as under taskset, gets that one.
  @Test func onlyAllowedOnesAreGiven() throws {
    try WorkerPool(jobCount: 1).run(indexCount: 1) { _ in
      let before = ThreadProcessors.ofThisThread
      defer { before.take() }
      for number in before.numbers {
        ThreadProcessors([number]).take()
        #expect(OwnProcessor.run { $0 } == number)
      }
    } consume: { _, _ in
      true
    }
  }
}
