import BlockDevice
import Bytes
import Checking
import Scheduling
import Stacks
import Testing
import Workload

@testable import Campaign

/// Runs whose log device fails: what they draw, how a file says it, where they end, and what goes with an
/// operation that is left out.
@Suite struct FailingLogRunTests {
  private static let stack = StackName(image: .raw, profile: .exact)

  // MARK: Drawing

  @Test func aboutOneRunInSevenDrawsOneOrTwo() {
    let swarm = Swarm(RunConfiguration(stack: Self.stack))
    let drawn = (1...1400).map { swarm.configuration(for: Seed($0)).failingLogOperations }
    let failing = drawn.filter { !$0.isEmpty }
    #expect((150...250).contains(failing.count))
    #expect(Set(failing.map(\.count)) == [1, 2])
    // Operation 0 creates the log.
    #expect(failing.allSatisfy { $0.allSatisfy { $0 > 0 } })
  }

  /// Without extensions nobody can say what was in a log, and a writer of images takes its failure for one
  /// of the file.
  @Test(arguments: ["raw:qemu-7.2.22", "vhdx:exact"])
  func otherStacksDrawNone(stack: String) throws {
    let swarm = Swarm(RunConfiguration(stack: try #require(StackName(stack))))
    #expect((1...300).allSatisfy { swarm.configuration(for: Seed($0)).failingLogOperations == [] })
  }

  // MARK: Files

  @Test func aScenarioSaysItAndReadsBackAsItself() throws {
    let text = """
      summary: A log that fails.
      stack: raw:exact
      device: { bytes: 1MiB, failing: [1], log-failing: [3, 12] }
      workload: { seed: 7, tasks: 2, operations: 16, mix: { write: 6, flush: 1 } }
      schedule: { strategy: auto, seeds: 1..2 }
      states: [prefix]
      expect: pass

      """
    let scenario = try Scenario(parsing: text)
    #expect(scenario.configuration.failingLogOperations == [3, 12])
    #expect(scenario.text.contains("failing: [1], log-failing: [3, 12]"))
    #expect(try Scenario(parsing: scenario.text) == scenario)
  }

  // MARK: Runs

  /// Three writes of one task and a flush of another; each of them has a mark in front of it and one behind.
  private static func configuration(failing places: Set<Int>) -> RunConfiguration {
    var configuration = RunConfiguration(stack: stack)
    let writes = (0..<3 as Range<UInt64>).map { place in
      ClientOperation(
        identifier: place + 1, task: 0, action: .write,
        range: ByteRange(byteOffset: place * 4096, byteCount: 4096))
    }
    configuration.workload = .explicit(
      Workload(explicit: [writes, [ClientOperation(identifier: 5, task: 0, action: .flush)]]))
    configuration.schedule = .turns(TaskOrder())
    configuration.failingLogOperations = places
    return configuration
  }

  /// Operation 0 of the log creates it; then each write has a begin, an entry and an end.
  @Test(arguments: [(1, [1, 2, 3]), (2, [1, 2, 3]), (3, [2, 3]), (5, [2, 3]), (8, [3])])
  func nothingIsAcknowledgedBehindTheFailure(place: Int, failed: [UInt64]) throws {
    let run = SimulatedRun(Self.configuration(failing: [place]), seed: Seed(1))
    #expect(run.stall == nil)
    let records = run.client.records
    // The session is closed, or tries to be, and no other one begins.
    #expect(records.map(\.operation.identifier) == [1, 2, 3, 4])
    #expect(records.filter { $0.errorName != nil }.map(\.operation.identifier) == failed + [4])
    #expect(run.judgement(tiers: [.prefix, .drop(1)]).violations == [])
  }

  @Test func aNumberThatIsNeverReachedFailsNothing() {
    let run = SimulatedRun(Self.configuration(failing: [900]), seed: Seed(1))
    #expect(run.client.records.map(\.operation.identifier) == [1, 2, 3, 4, 5, 6])
    #expect(run.client.records.allSatisfy { $0.isAcknowledged })
  }

  /// The header reaches the log and the zeroes do not: what stood there is no data.
  @Test func aHeaderWithoutItsZeroesIsNoEntry() throws {
    var configuration = RunConfiguration(stack: Self.stack)
    configuration.staleLogByteCount = 64 << 10
    configuration.workload = .explicit(
      Workload(explicit: [
        [
          ClientOperation(
            identifier: 1, task: 0, action: .writeZeroes,
            range: ByteRange(byteOffset: 0, byteCount: 4096))
        ]
      ]))
    // A superblock, a mark, the header; then the zeroes.
    configuration.failingLogOperations = [3]
    let run = SimulatedRun(configuration, seed: Seed(1))
    let index = try run.evidence().index
    #expect(index.entryCount == 1)
    #expect(index.entryWithoutData == 1)
    #expect(run.judgement(tiers: [.prefix, .drop(1)]).violations == [])
  }

  // MARK: Shrinking

  @Test func aFailureStaysWithTheOperationThatMetIt() throws {
    var configuration = Self.configuration(failing: [6])
    configuration.bugs = [.stack(.failedWriteLogged)]
    configuration.faults.errors = [0: .inputOutput]
    let run = SimulatedRun(configuration, seed: Seed(1))
    let trials = try #require(
      try ShrinkTrials(
        ShrinkCase(of: run, tiers: [.prefix]), rule: .l07, workLimit: .max, isGoingOn: { true }))
    let places = { (identifiers: Set<UInt64>) in
      trials.removing(identifiers).configuration.failingLogOperations.sorted()
    }
    #expect(places([3]) == [6])
    #expect(places([1]) == [3])
    #expect(places([2]) == [])
  }
}
