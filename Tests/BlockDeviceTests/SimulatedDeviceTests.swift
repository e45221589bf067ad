import BlockDevice
import Bytes
import Scheduling
import Testing

@Suite struct SimulatedDeviceTests {
  private static func sector(_ byte: UInt8, _ sectorCount: Int = 1) -> [UInt8] {
    [UInt8](repeating: byte, count: 512 * sectorCount)
  }

  /// Runs `body` on a device of 16 sectors and returns it.
  private static func device(
    faults: DeviceFaults = DeviceFaults(), seed: UInt64 = 1,
    _ bodies: [@Sendable (SimulatedDevice) async throws -> Void]
  ) throws -> SimulatedDevice {
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(seed)))
    let device = SimulatedDevice(
      contents: SparseBytes(byteCount: 8192), faults: faults, simulation: simulation)
    for (task, body) in bodies.enumerated() {
      simulation.spawn(task: task) { try? await body(device) }
    }
    try simulation.run()
    return device
  }

  @Test func onlyWhatWasFlushedIsSureToSurvive() throws {
    let device = try Self.device([
      { device in
        try await device.write(Self.sector(1), at: 0, isFUA: false)
        try await device.flush()
        try await device.write(Self.sector(2), at: 512, isFUA: false)
      }
    ])
    let left = device.contents { _ in false }
    #expect(left.unit(at: 0) == Self.sector(1))
    #expect(left.unit(at: 1) == Self.sector(0))
    #expect(device.contents.unit(at: 1) == Self.sector(2))
    #expect(device.contents { _ in true }.unit(at: 1) == Self.sector(2))
  }

  @Test func aWriteWithFUASurvivesWithoutAFlush() throws {
    let device = try Self.device([
      { try await $0.write(Self.sector(9), at: 1024, isFUA: true) }
    ])
    #expect(device.contents { _ in false }.unit(at: 2) == Self.sector(9))
  }

  @Test func aFlushCoversWhatHadCompletedWhenItWasSubmitted() throws {
    var sawUncoveredWrite = false
    for seed in 0..<50 {
      let device = try Self.device(
        seed: UInt64(seed),
        [
          { try await $0.write(Self.sector(1), at: 0, isFUA: false) },
          { try await $0.flush() },
        ])
      let flush = try #require(device.trace.first { $0.action == .flush })
      let write = try #require(device.trace.first { $0.action == .write })
      let completedAt = try #require(write.completedAt)
      #expect((write.stableAt != nil) == (completedAt < flush.submittedAt))
      sawUncoveredWrite = sawUncoveredWrite || write.stableAt == nil
    }
    #expect(sawUncoveredWrite)
  }

  @Test func ofTwoWritesInFlightTheLaterCompletionStays() throws {
    var winners: Set<UInt8> = []
    for seed in 0..<20 {
      let device = try Self.device(
        seed: UInt64(seed),
        [
          { try await $0.write(Self.sector(1), at: 0, isFUA: false) },
          { try await $0.write(Self.sector(2), at: 0, isFUA: false) },
        ])
      let last = try #require(device.trace.max { ($0.completedAt ?? 0) < ($1.completedAt ?? 0) })
      #expect(device.contents.unit(at: 0) == last.bytes)
      winners.insert(last.bytes[0])
    }
    #expect(winners == [1, 2])
  }

  @Test func aFailedOperationHasNoEffect() throws {
    var faults = DeviceFaults()
    faults.errors = [1: .inputOutput]
    let device = try Self.device(
      faults: faults,
      [
        { device in
          try await device.write(Self.sector(1), at: 0, isFUA: false)
          await #expect(throws: DeviceError.inputOutput) {
            try await device.write(Self.sector(2), at: 0, isFUA: false)
          }
          try await device.writeZeroes(
            ByteRange(byteOffset: 512, byteCount: 512), isFUA: false)
        }
      ])
    #expect(device.contents.unit(at: 0) == Self.sector(1))
    #expect(device.trace.map(\.error) == [nil, .inputOutput, nil])
  }

  @Test func aFullDeviceRefusesToGrow() throws {
    var faults = DeviceFaults()
    faults.capacityByteCount = 6144
    let device = try Self.device(
      faults: faults,
      [
        { device in
          try await device.resize(toByteCount: 4096)
          await #expect(throws: DeviceError.noSpace) {
            try await device.resize(toByteCount: 8192)
          }
          try await device.resize(toByteCount: 6144)
        }
      ])
    #expect(device.byteCount == 6144)
  }

  @Test func requestsOutsideOrOffTheSectorsAreRefused() throws {
    _ = try Self.device([
      { device in
        await #expect(throws: DeviceError.self) {
          try await device.write(Self.sector(1), at: 8192, isFUA: false)
        }
        await #expect(throws: DeviceError.self) {
          try await device.write([1, 2, 3], at: 0, isFUA: false)
        }
        await #expect(throws: DeviceError.self) {
          _ = try await device.read(ByteRange(byteOffset: 7680, byteCount: 1024))
        }
      }
    ])
  }

  @Test func aDeviceThatLiesKeepsNothingStable() throws {
    var faults = DeviceFaults()
    faults.liesAboutFlushes = true
    let device = try Self.device(
      faults: faults,
      [
        { device in
          try await device.write(Self.sector(1), at: 0, isFUA: true)
          try await device.flush()
        }
      ])
    #expect(device.contents { _ in false }.unit(at: 0) == Self.sector(0))
  }

  @Test func aResizeIsOptionalUntilItIsFlushed() throws {
    let device = try Self.device([
      { device in
        try await device.write(Self.sector(1, 2), at: 7168, isFUA: true)
        try await device.resize(toByteCount: 4096)
      }
    ])
    #expect(device.byteCount == 4096)
    #expect(device.contents { _ in false }.unit(at: 15) == Self.sector(1))
  }
}
