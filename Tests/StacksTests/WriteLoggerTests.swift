import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import WriteLog

@Suite struct WriteLoggerTests {
  private static func sectors(_ byte: UInt8, _ sectorCount: Int) -> [UInt8] {
    [UInt8](repeating: byte, count: 512 * sectorCount)
  }

  /// Runs tasks on a logger over a device of 128 sectors and returns the log file.
  private static func log(
    seed: UInt64 = 1, bugs: Set<BugSwitch> = [], sector: UInt32 = 512, interval: Int = 4096,
    writesExtension: Bool = false,
    _ bodies: [@Sendable (WriteLogger) async throws -> Void]
  ) throws -> (index: WriteLogIndex, device: SimulatedDevice) {
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(seed)))
    let device = SimulatedDevice(contents: SparseBytes(byteCount: 65536), simulation: simulation)
    let log = SimulatedDevice(
      contents: SparseBytes(byteCount: 0), isGrowable: true, simulation: simulation)
    var options = WriteLogger.Options()
    options.sectorByteCount = sector
    options.superblockInterval = interval
    options.writesExtension = writesExtension
    options.bugs = bugs
    let logger = WriteLogger(device: device, log: log, options: options, simulation: simulation)
    simulation.spawn(task: 0) { try? await logger.create() }
    try simulation.run()
    for (task, body) in bodies.enumerated() {
      simulation.spawn(task: task) {
        do {
          try await body(logger)
        } catch {
          Issue.record("\(error)")
        }
      }
    }
    try simulation.run()
    let bytes = log.contents.read(ByteRange(byteOffset: 0, byteCount: log.byteCount))
    return (try WriteLogIndex(reading: ByteRegion(bytes)), device)
  }

  @Test func theLogOfThreeOperationsIsByteForByteTheOneInTheFormat() throws {
    let (index, _) = try Self.log([
      { logger in
        try await logger.write(Self.sectors(0xa1, 2), at: 1024, isFUA: false)
        try await logger.discard(ByteRange(byteOffset: 512, byteCount: 512))
        try await logger.flush()
      }
    ])
    func words(_ values: [UInt64]) -> [UInt8] {
      let bytes = values.flatMap { value in
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
      }
      return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
    }
    let expected =
      words([0x6a_7366_7773_6872, 1, 3, 512]) + words([2, 2, 0, 0]) + Self.sectors(0xa1, 2)
      + words([1, 1, 4, 0]) + words([0, 0, 1, 0])
    #expect(index.region.bytes(in: 0..<index.region.byteCount) == expected)
  }

  @Test func aFlushedEntryIsCounted() throws {
    let (index, _) = try Self.log([
      { logger in
        try await logger.write(Self.sectors(1, 1), at: 0, isFUA: false)
        try await logger.flush()
        try await logger.write(Self.sectors(2, 1), at: 0, isFUA: false)
      }
    ])
    #expect(index.superblock?.entryCount == 2)
    #expect(index.tail == .unproven(entryCount: 1))
  }

  @Test func anEntryOfAMarkedLogIsProvenBehindTheCount() throws {
    let (index, _) = try Self.log(
      writesExtension: true,
      [
        { logger in
          try await logger.flush()
          try await logger.write(Self.sectors(2, 1), at: 0, isFUA: false)
        }
      ])
    #expect(index.superblock?.entryCount == 1)
    #expect(index.tail == .used(entryCount: 1))
    #expect(index[1].extension?.payloadDigest == Checksum.xxh3(Self.sectors(2, 1)))
  }

  @Test func theSuperblockIsRewrittenAfterEachInterval() throws {
    let (index, _) = try Self.log(
      interval: 2,
      [
        { logger in
          for _ in 0..<5 { try await logger.write(Self.sectors(1, 1), at: 0, isFUA: false) }
        }
      ])
    #expect(index.superblock?.entryCount == 4)
  }

  /// The race of QEMU 7.2.0: a second entry lands after the header of a write-zeroes.
  @Test func concurrentEntriesNeverOverlapUnlessThePositionIsReadAgain() throws {
    let bodies: [@Sendable (WriteLogger) async throws -> Void] = [
      { try await $0.writeZeroes(ByteRange(byteOffset: 0, byteCount: 4096), isFUA: false) },
      { try await $0.write(Self.sectors(0xee, 3), at: 8192, isFUA: false) },
      { try await $0.writeZeroes(ByteRange(byteOffset: 16384, byteCount: 512), isFUA: false) },
    ]
    var brokenCount = 0
    for seed in 0..<60 as Range<UInt64> {
      let (index, _) = try Self.log(
        seed: seed, bodies + [{ _ in }])
      let all = try Self.allEntries(index)
      #expect(all.problems.isEmpty)
      #expect(all.entryCount == 3)
      let (broken, _) = try Self.log(seed: seed, bugs: [.positionReread], bodies)
      if try Self.allEntries(broken).entryCount != 3 { brokenCount += 1 }
    }
    #expect(brokenCount > 10)
  }

  private static func allEntries(_ index: WriteLogIndex) throws -> WriteLogIndex {
    try WriteLogIndex(reading: index.region, options: LogReadingOptions(tail: .all))
  }

  @Test func aWriteThatCompletesDuringAFlushIsLoggedBehindIt() throws {
    var sawHeldWrite = false
    for seed in 0..<100 as Range<UInt64> {
      let (index, device) = try Self.log(
        seed: seed, writesExtension: true,
        [
          { try await $0.write(Self.sectors(1, 1), at: 0, isFUA: false) },
          { try await $0.flush() },
        ])
      let write = try #require(device.trace.first { $0.action == .write })
      let flush = try #require(device.trace.first { $0.action == .flush })
      let order = (0..<index.entryCount).map { index[$0].kind }
      let completedAt = try #require(write.completedAt)
      if completedAt < flush.submittedAt {
        #expect(order == [.write, .flush])
      } else {
        #expect(order == [.flush, .write])
        sawHeldWrite = true
      }
    }
    #expect(sawHeldWrite)
  }

  @Test func anUnalignedRequestIsRefusedAndLeavesNoEntry() throws {
    let (index, _) = try Self.log(
      sector: 4096,
      [
        { logger in
          await #expect(throws: DeviceError.self) {
            try await logger.write(Self.sectors(1, 1), at: 512, isFUA: false)
          }
          try await logger.flush()
        }
      ])
    #expect(index.entryCount == 1)
  }

  @Test func stackNamesAreReadAndWritten() {
    #expect(StackName("raw:exact")?.profile.bugs == [])
    #expect(StackName("raw:qemu-7.2.0")?.profile.bugs.contains(.positionReread) == true)
    #expect(StackName("raw:qemu-7.2.22")?.profile.bugs.contains(.positionReread) == false)
    for text in ["", "raw", "raw:", "qcow2:exact", "raw:exact:1"] {
      #expect(StackName(text) == nil, "\(text)")
    }
  }
}
