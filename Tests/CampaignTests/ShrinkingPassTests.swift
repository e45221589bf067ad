import Bytes
import Checking
import Scheduling
import Stacks
import Testing
import Workload

@testable import Campaign

/// Each pass of the shrinking alone, on a mistake that a single FUA write shows.
@Suite struct ShrinkingPassTests {
  private static func operation(
    _ identifier: UInt64, task: Int, at byteOffset: UInt64, _ byteCount: UInt64, fua: Bool = true
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: task, action: .write,
      range: ByteRange(byteOffset: byteOffset, byteCount: byteCount), isFUA: fua)
  }

  private static func trials(
    _ operations: [ClientOperation], turns: String = "",
    change: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> ShrinkTrials {
    var configuration = RunConfiguration(
      stack: StackName(image: .raw, profile: .exact), bugs: [.stack(.fuaUnmarked)])
    configuration.workload = .explicit(Workload(explicit: [operations]))
    let order: TaskOrder = try #require(TaskOrder(turns))
    configuration.schedule = .turns(order)
    change(&configuration)
    let run = SimulatedRun(configuration, seed: Seed(1))
    return try #require(
      try ShrinkTrials(
        ShrinkCase(of: run, tiers: [.prefix, .drop(1)]), rule: .l07, workLimit: .max,
        isGoingOn: { true }))
  }

  private static var two: [ClientOperation] {
    [operation(1, task: 1, at: 8192, 4096), operation(2, task: 3, at: 65536, 8192)]
  }

  @Test func turnsAreMerged() throws {
    var trials = try Self.trials(Self.two, turns: "1x0,1x1,1x3,1x1,1x3,1x1,1x3,1x1,1x3")
    #expect(trials.best.turns.switchCount > 6)
    trials.mergeTurns()
    // Opening by task 0, one after the other, closing by task 0.
    #expect(trials.best.turns.switchCount == 3)
  }

  @Test func tasksAreMergedAndNumberedFromZero() throws {
    var merged = try Self.trials(Self.two)
    merged.mergeTasks()
    #expect(merged.best.operations.map(\.task) == [1, 1])
    var numbered = try Self.trials(Self.two)
    numbered.renumberTasks()
    #expect(numbered.best.operations.map(\.task) == [0, 1])
  }

  @Test func rangesBecomeShortAndNear() throws {
    var trials = try Self.trials([Self.operation(1, task: 0, at: 65536, 32768)])
    trials.simplifyOperations()
    let operation = try #require(trials.best.operations.first)
    #expect(operation.range == ByteRange(byteOffset: 0, byteCount: 512))
    // Without it the rule would hold.
    #expect(operation.isFUA)
  }

  @Test func whatDoesNotMatterBecomesUsual() throws {
    var trials = try Self.trials(Self.two) {
      $0.staleLogByteCount = 4096
      $0.superblockInterval = 1
      $0.logSectorByteCount = 4096
      $0.faults.capacityByteCount = 1 << 19
      $0.faults.errors = [7: .inputOutput]
      $0.failingLogOperations = [900]
    }
    trials.simplifyConfiguration()
    let configuration = trials.best.configuration
    #expect(configuration.staleLogByteCount == 0)
    #expect(configuration.superblockInterval == 4096)
    #expect(configuration.logSectorByteCount == 512)
    #expect(configuration.deviceByteCount == 128 << 10)
    #expect(configuration.faults.capacityByteCount == nil)
    #expect(configuration.faults.errors.isEmpty)
    #expect(configuration.failingLogOperations.isEmpty)
    trials.simplifyStates()
    #expect(trials.best.tiers == [.prefix])
  }

  @Test func aShapeHasNoNumbersOfPlaces() throws {
    func shape(_ operations: [ClientOperation], lost: Int = 0) throws -> String {
      CaseShape(try Self.trials(operations).best, lostWriteCount: lost).description
    }
    let here = try shape([
      Self.operation(1, task: 0, at: 0, 4096),
      Self.operation(2, task: 1, at: 4096, 512, fua: false),
    ])
    let there = try shape([
      Self.operation(1, task: 0, at: 8192, 512),
      Self.operation(2, task: 1, at: 8704, 65536, fua: false),
    ])
    #expect(here == "raw: t0 write 0-1 fua, t1 write 1-2; 2 switches")
    #expect(there == here)
    // Apart instead of beside each other, or with something lost: another shape.
    let apart = try shape([
      Self.operation(1, task: 0, at: 0, 4096),
      Self.operation(2, task: 1, at: 8192, 512, fua: false),
    ])
    #expect(apart == "raw: t0 write 0-1 fua, t1 write 2-3; 2 switches")
    #expect(
      try shape([Self.operation(1, task: 0, at: 0, 512)], lost: 2)
        == "raw: t0 write 0-1 fua; 2 lost")
  }
}
