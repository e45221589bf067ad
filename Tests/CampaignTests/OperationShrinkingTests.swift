import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import Workload

@testable import Campaign

/// What goes with an operation that is left out: its steps, and the places of faults after it.
@Suite struct OperationShrinkingTests {
  /// Three writes of task 0, each one operation of the device, then a flush of task 1. The device fails at
  /// its operation 1, and so does the second write.
  private static func trials() throws -> ShrinkTrials {
    var configuration = RunConfiguration(
      stack: StackName(image: .raw, profile: .exact), bugs: [.stack(.failedWriteLogged)])
    let writes = (0..<3 as Range<UInt64>).map { place in
      ClientOperation(
        identifier: place + 1, task: 0, action: .write,
        range: ByteRange(byteOffset: place * 4096, byteCount: 4096))
    }
    configuration.workload = .explicit(
      Workload(explicit: [writes + [ClientOperation(identifier: 4, task: 1, action: .flush)]]))
    configuration.schedule = .turns(TaskOrder())
    configuration.faults.errors = [1: .inputOutput]
    let run = SimulatedRun(configuration, seed: Seed(1))
    return try #require(
      try ShrinkTrials(
        ShrinkCase(of: run, tiers: [.prefix]), rule: .l07, workLimit: .max, isGoingOn: { true }))
  }

  @Test func theStepsOfWhatIsRemovedGo() throws {
    let trials = try Self.trials()
    let all = trials.best.turns.tasks
    for identifier in 1...4 as ClosedRange<UInt64> {
      let steps = try #require(trials.judged.run.stepsOfOperation[identifier])
      let smaller = trials.removing([identifier])
      #expect(!steps.isEmpty)
      #expect(smaller.turns.tasks.count == all.count - steps.count)
      // Carried out again, every turn finds its task.
      let run = SimulatedRun(smaller.configuration, seed: smaller.seed)
      #expect(run.order == smaller.turns, "without #\(identifier)")
    }
  }

  @Test func aFaultStaysWithTheOperationThatMetIt() throws {
    let trials = try Self.trials()
    let errors = { (identifiers: Set<UInt64>) in
      trials.removing(identifiers).configuration.faults.errors.keys.sorted()
    }
    #expect(errors([1]) == [0])
    #expect(errors([2]) == [])
    #expect(errors([3]) == [1])
    #expect(errors([1, 3]) == [0])
    #expect(errors([1, 2]) == [])
  }

  @Test func whatIsLeftIsNumberedAnew() throws {
    let smaller = try Self.trials().removing([2])
    #expect(smaller.operations.map(\.identifier) == [1, 2, 3])
    #expect(smaller.operations.map(\.range.byteOffset) == [0, 8192, 0])
  }
}
