import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import WriteLog

/// A log device that fails leaves a gap: nothing after it may be counted, and nobody may wait for it.
@Suite struct FailingLogTests {
  private final class Answers: @unchecked Sendable {
    var errors: [DeviceError?] = []
  }

  private static func run(
    seed: UInt64, faults: DeviceFaults
  ) throws -> (answers: [DeviceError?], log: SimulatedDevice) {
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(seed)))
    let device = SimulatedDevice(contents: SparseBytes(byteCount: 65536), simulation: simulation)
    let log = SimulatedDevice(
      contents: SparseBytes(byteCount: 0), isGrowable: true, faults: faults, simulation: simulation)
    let logger = WriteLogger(
      device: device, log: log, options: WriteLogger.Options(), simulation: simulation)
    let answers = Answers()
    @Sendable func note(_ operation: () async throws(DeviceError) -> Void) async {
      do throws(DeviceError) {
        try await operation()
        answers.errors.append(nil)
      } catch {
        answers.errors.append(error)
      }
    }
    simulation.spawn(task: 0) { try? await logger.create() }
    try simulation.run()
    for task in 0..<3 {
      simulation.spawn(task: task) {
        let start = UInt64(task * 4096)
        await note { () async throws(DeviceError) in
          try await logger.write([UInt8](repeating: 1, count: 1024), at: start, isFUA: task == 0)
        }
        await note { () async throws(DeviceError) in
          try await logger.writeZeroes(
            ByteRange(byteOffset: start, byteCount: 512), isFUA: false)
        }
        await note { () async throws(DeviceError) in try await logger.flush() }
      }
    }
    try simulation.run()
    return (answers.errors, log)
  }

  @Test(arguments: 1...12)
  func everyOperationIsAnsweredAndNothingBehindTheGapIsCounted(failing: Int) throws {
    for seed in 0..<20 as Range<UInt64> {
      var faults = DeviceFaults()
      faults.errors = [failing: .inputOutput]
      let (answers, log) = try Self.run(seed: seed, faults: faults)
      #expect(answers.count == 9)
      #expect(answers.contains(.inputOutput))
      let bytes = log.contents.read(ByteRange(byteOffset: 0, byteCount: log.byteCount))
      let index = try WriteLogIndex(reading: ByteRegion(bytes))
      #expect(index.problems.isEmpty, "seed \(seed)")
    }
  }

  @Test func aFullLogRefusesInsteadOfHanging() throws {
    for seed in 0..<20 as Range<UInt64> {
      var faults = DeviceFaults()
      faults.capacityByteCount = 2048
      let (answers, _) = try Self.run(seed: seed, faults: faults)
      #expect(answers.count == 9)
      #expect(answers.contains(.noSpace))
    }
  }
}
