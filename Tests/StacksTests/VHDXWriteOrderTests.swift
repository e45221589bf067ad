import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import VHDX

/// In which order the image file is written, letter by letter.
///
///     H  a header        L  the log      B  the block table   P  payload
///     Z  payload zeroed  R  a resize     F  a flush
@Suite struct VHDXWriteOrderTests {
  private static func letters(_ trace: [DeviceOperation], _ layout: VHDXLayout) -> String {
    trace.filter { $0.action != .read }.map { operation in
      switch operation.action {
      case .flush: return "F"
      case .resize: return "R"
      case .writeZeroes, .discard: return "Z"
      default: break
      }
      if operation.range.endByteOffset <= DiskFixture.mebibyte { return "H" }
      if layout.log.overlaps(operation.range) { return "L" }
      return layout.blockTable.overlaps(operation.range) ? "B" : "P"
    }.joined()
  }

  /// Runs one client on a new image.
  private static func trace(
    _ bugs: Set<BugSwitch> = [], habits: VHDXDisk.Habits = .exact,
    firstRingByteOffset: UInt64 = 0, usableRingByteCount: UInt64? = nil,
    _ body: @escaping @Sendable (VHDXDisk) async throws -> Void
  ) throws -> (letters: String, trace: [DeviceOperation]) {
    let layout = try DiskFixture.layout()
    var options = VHDXDisk.Options(bugs: bugs, habits: habits, identity: 3)
    options.firstRingByteOffset = firstRingByteOffset
    options.usableRingByteCount = usableRingByteCount
    let trace = try DiskFixture.trace(on: DiskFixture.contents(layout), options, body)
    return (letters(trace, layout), trace)
  }

  @Sendable private static func writeFlushClose(_ disk: VHDXDisk) async throws {
    try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: false)
    try await disk.flush()
    try await disk.close()
  }

  @Test func theExactOrder() throws {
    let letters = try Self.trace([], Self.writeFlushClose).letters
    #expect(letters == "FHFHF" + "RP" + "F" + "LFHFHF" + "LF" + "F" + "BFHFHF")
  }

  @Test func secondWritesAndFlushesOfABlockCostNoEntry() throws {
    let letters = try Self.trace { disk in
      try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: true)
      try await disk.write(DiskFixture.bytes(2), at: 0, isFUA: true)
      try await disk.write(DiskFixture.bytes(3), at: 8192, isFUA: false)
      try await disk.flush()
    }.letters
    #expect(letters == "FHFHF" + "RP" + "F" + "LFHFHF" + "LF" + "P" + "P" + "F")
  }

  @Test func sectorsGoHomeBeforeEveryThirdEntry() throws {
    let letters = try Self.trace { disk in
      for block in 0..<4 as Range<UInt64> {
        try await disk.write(DiskFixture.bytes(1), at: block << 20, isFUA: true)
      }
    }.letters
    #expect(
      letters == "FHFHF" + "RPFLFHFHFLF" + "RPFLF" + "RPFBFLF" + "RPFLF")
  }

  @Test func whereSpaceIsShortAnEmptyEntryPublishesTheTail() throws {
    let letters = try Self.trace(usableRingByteCount: 12288) { disk in
      for block in 0..<3 as Range<UInt64> {
        try await disk.write(DiskFixture.bytes(1), at: block << 20, isFUA: true)
      }
    }.letters
    #expect(letters == "FHFHF" + "RPFLFHFHFLF" + "RPFBFLFLF" + "RPFLF")
  }

  @Test func aPlaceThatIsUsedAgainIsCleanedFirst() throws {
    let letters = try Self.trace { disk in
      try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: true)
      try await disk.writeZeroes(DiskFixture.range(0, 1 << 20), isFUA: true)
      try await disk.write(DiskFixture.bytes(1), at: 3 << 20, isFUA: true)
    }.letters
    #expect(letters == "FHFHF" + "RPFLFHFHFLF" + "FLF" + "ZPFBFLF")
  }

  /// The order of the real program, as a recording of qemu-io 7.2.22 over blklogwrites shows it: 15
  /// operations for a write of 4 KiB into a new block, four more for the first of a session. Its log
  /// does not show the growth.
  @Test func theOrderOfQEMU() throws {
    let bugs = Profile.qemuImage7222.bugs
    let letters = try Self.trace(bugs, habits: .qemu) { disk in
      try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: false)
      try await disk.write(DiskFixture.bytes(1), at: 1 << 20, isFUA: false)
      try await disk.write(DiskFixture.bytes(1), at: 8192, isFUA: false)
      try await disk.flush()
      try await disk.discard(DiskFixture.range(0, 1 << 20))
    }.letters
    let allocating = "PF" + "HFHF" + "LLF" + "BF" + "HFHF"
    #expect(allocating.count == 15)
    #expect(letters == "HFHF" + "R" + allocating + "R" + allocating + "P" + "F")
  }

  static let changedOrders: [(bug: BugSwitch, letters: String)] = [
    (.guidBeforeEntry, "FHFHF" + "RP" + "F" + "HFHFLF" + "LF" + "F" + "BFHFHF"),
    (.payloadNotStable, "FHFHF" + "RP" + "LFHFHF" + "LF" + "F" + "BFHFHF"),
    (.entryNotStable, "FHFHF" + "RP" + "F" + "LFHFHF" + "LBF" + "F" + "FHFHF"),
    (.homeNotStable, "FHFHF" + "RP" + "F" + "LFHFHF" + "LF" + "F" + "BHFHF"),
    (.bothHeadersOneEpoch, "FHHF" + "RP" + "F" + "LFHHF" + "LF" + "F" + "BFHHF"),
  ]

  @Test(arguments: changedOrders)
  func aMistakeChangesTheOrderAtOnePoint(bug: BugSwitch, letters: String) throws {
    #expect(try Self.trace([bug], Self.writeFlushClose).letters == letters)
  }

  @Test func clientsThatFlushAtOnceShareEntries() throws {
    var mostShared = 0
    for seed in 0..<20 as Range<UInt64> {
      let layout = try DiskFixture.layout()
      let simulation = Simulation(strategy: RandomStrategy(seed: Seed(seed)))
      let device = SimulatedDevice(
        contents: DiskFixture.contents(layout), simulation: simulation)
      let disk = VHDXDisk(
        over: device, options: VHDXDisk.Options(identity: seed), simulation: simulation)
      simulation.spawn(task: 0) { try? await disk.open() }
      try simulation.run()
      for task in 0..<4 {
        simulation.spawn(task: task) {
          let start = UInt64(task) << 20
          try? await disk.write(DiskFixture.bytes(UInt8(task + 1)), at: start, isFUA: false)
          try? await disk.flush()
        }
      }
      try simulation.run()
      // Every flush was answered, so the log holds all four blocks.
      let stable = device.contents(afterPowerCutKeeping: { _ in false })
      let file = MemoryImage(stable)
      #expect(Recovery().run(on: file).opens)
      for task in 0..<4 as Range<UInt64> {
        #expect(
          try DiskFixture.read(DiskFixture.range(task << 20, 4096), of: file.contents)
            == DiskFixture.bytes(UInt8(task + 1)))
      }
      // The first entry is empty; without sharing there are four more.
      mostShared = max(mostShared, 4 + 1 - Self.entries(device.trace).count)
    }
    #expect(mostShared >= 2)
  }

  // MARK: Fields of entries

  /// Tail, sequence number, FlushedFileOffset and LastFileOffset of each entry written.
  private static func entries(_ trace: [DeviceOperation]) -> [[UInt64]] {
    trace.filter { $0.action == .write && $0.bytes.starts(with: Array("loge".utf8)) }.map {
      let region = ByteRegion($0.bytes)
      return [
        UInt64(region.load(at: 12, as: UInt32.self)), region.load(at: 16, as: UInt64.self),
        region.load(at: 48, as: UInt64.self) >> 20, region.load(at: 56, as: UInt64.self) >> 20,
      ]
    }
  }

  @Sendable private static func fourBlocks(_ disk: VHDXDisk) async throws {
    for block in 0..<4 as Range<UInt64> {
      try await disk.write(DiskFixture.bytes(1), at: block << 20, isFUA: true)
    }
  }

  @Test func entriesSayHowLongTheFileIsAndWhereReplayBegins() throws {
    // A new image of 8 MiB has a file of 4 MiB.
    let exact = Self.entries(try Self.trace([], Self.fourBlocks).trace)
    #expect(
      exact == [[0, 1, 5, 5], [0, 2, 5, 5], [0, 3, 6, 6], [20480, 4, 7, 7], [20480, 5, 8, 8]])
    let stale = Self.entries(try Self.trace([.lastOffsetStale], Self.fourBlocks).trace)
    #expect(stale.map { $0[3] } == [4, 4, 4, 4, 4])
    let qemu = Self.entries(try Self.trace(habits: .qemu, Self.fourBlocks).trace)
    #expect(qemu == [[0, 1, 5, 5], [8192, 2, 6, 6], [16384, 3, 7, 7], [24576, 4, 8, 8]])
  }

  @Test func theRingGoesRound() throws {
    let trace = try Self.trace(firstRingByteOffset: 254 * 4096, Self.fourBlocks).trace
    let log = try DiskFixture.layout().log
    let places = trace.filter { $0.action == .write && log.overlaps($0.range) }.map {
      ($0.range.byteOffset - log.byteOffset) / 4096
    }
    #expect(places == [254, 0, 255, 1, 3, 5])
    #expect(Self.entries(trace).map { $0[0] } == [254, 254, 254, 3, 3].map { $0 * 4096 })
  }
}
