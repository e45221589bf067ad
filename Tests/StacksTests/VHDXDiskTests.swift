import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import VHDX

/// The client's side of a disk, over a device that completes at once.
@Suite struct VHDXDiskTests {
  private static let mebibyte = DiskFixture.mebibyte

  @Test func whatIsWrittenIsReadHereAndByTheReaderOfTheFormat() throws {
    let layout = try DiskFixture.layout()
    let across = Self.mebibyte - 4096
    let image = try DiskFixture.run(on: DiskFixture.contents(layout)) { disk in
      #expect(disk.byteCount == 8 << 20)
      #expect(disk.sectorByteCount == 512)
      try await disk.write(DiskFixture.bytes(1), at: 512, isFUA: false)
      try await disk.write(DiskFixture.bytes(2, 8192), at: across, isFUA: true)
      try await disk.write(DiskFixture.bytes(3, 512), at: (8 << 20) - 512, isFUA: false)
      #expect(try await disk.read(DiskFixture.range(512, 4096)) == DiskFixture.bytes(1))
      #expect(try await disk.read(DiskFixture.range(0, 512)) == DiskFixture.bytes(0, 512))
      #expect(try await disk.read(DiskFixture.range(across, 8192)) == DiskFixture.bytes(2, 8192))
      try await disk.close()
    }
    #expect(try DiskFixture.read(DiskFixture.range(512, 4096), of: image) == DiskFixture.bytes(1))
    #expect(
      try DiskFixture.read(DiskFixture.range(across, 8192), of: image)
        == DiskFixture.bytes(2, 8192))
    #expect(
      try DiskFixture.read(DiskFixture.range((8 << 20) - 512, 512), of: image)
        == DiskFixture.bytes(3, 512))
  }

  @Test func aClosedImageHasAnEmptyLogAndTwoHeadersOfOneContent() throws {
    let layout = try DiskFixture.layout()
    let image = try DiskFixture.run(on: DiskFixture.contents(layout)) { disk in
      try await disk.write(DiskFixture.bytes(1), at: 0, isFUA: false)
      try await disk.close()
    }
    let headers = HeaderPair(reading: MemoryImage(image))
    var first = try headers.first.outcome.get()
    let second = try headers.second.outcome.get()
    #expect(first.logGUID == .zero)
    #expect(first.fileWriteGUID != GUID(low: 1, high: 2))
    #expect(first.dataWriteGUID != GUID(low: 3, high: 4))
    // Two updates at the session's start, two at the log's, two at its end; each in both slots.
    #expect(max(first.sequenceNumber, second.sequenceNumber) == 2 + 6)
    first.sequenceNumber = second.sequenceNumber
    #expect(first == second)
  }

  @Test func aSessionThatOnlyReadsChangesNothing() throws {
    let before = DiskFixture.contents(try DiskFixture.layout())
    let after = try DiskFixture.run(on: before) { disk in
      _ = try await disk.read(DiskFixture.range(0, 8 << 20))
      try await disk.flush()
      try await disk.close()
    }
    let whole = DiskFixture.range(0, before.byteCount)
    #expect(after.byteCount == before.byteCount)
    #expect(after.read(whole) == before.read(whole))
  }

  @Test func wholeBlocksLoseTheirPlaceAndTheirPlaceIsCleanForTheNextOwner() throws {
    let layout = try DiskFixture.layout()
    let image = try DiskFixture.run(on: DiskFixture.contents(layout)) { disk in
      try await disk.write(DiskFixture.bytes(1, 2 << 20), at: 0, isFUA: false)
      try await disk.writeZeroes(DiskFixture.range(0, 1 << 20), isFUA: false)
      try await disk.discard(DiskFixture.range(1 << 20, 1 << 20))
      #expect(
        try await disk.read(DiskFixture.range(0, 2 << 20)) == DiskFixture.bytes(0, 2 << 20))
      try await disk.flush()
      try await disk.write(DiskFixture.bytes(2), at: 3 << 20, isFUA: false)
      try await disk.write(DiskFixture.bytes(3), at: (4 << 20) + 4096, isFUA: false)
      try await disk.close()
    }
    // Two blocks were ever there at once.
    #expect(image.byteCount == layout.fileByteCount + (2 << 20))
    let vhdx = try VHDXImage(reading: MemoryImage(image))
    #expect(try vhdx.blockTable.payloadEntry(0).state == .zero)
    #expect(try vhdx.blockTable.payloadEntry(1).state == .unmapped)
    #expect(
      try vhdx.read(DiskFixture.range(3 << 20, 2 << 20))
        == DiskFixture.bytes(2) + DiskFixture.bytes(0, 1 << 20) + DiskFixture.bytes(3)
        + DiskFixture.bytes(0, (1 << 20) - 8192))
  }

  @Test func partsOfBlocksAreZeroedWhereTheyStand() throws {
    let image = try DiskFixture.run(on: DiskFixture.contents(DiskFixture.layout())) { disk in
      try await disk.write(DiskFixture.bytes(1, 12288), at: 0, isFUA: false)
      try await disk.writeZeroes(DiskFixture.range(4096, 512), isFUA: true)
      try await disk.discard(DiskFixture.range(8192, 512))
      try await disk.writeZeroes(DiskFixture.range(5 << 20, 512), isFUA: true)
      try await disk.close()
    }
    var expected = DiskFixture.bytes(1, 12288)
    for index in (4096..<4608).map({ $0 }) + (8192..<8704) { expected[index] = 0 }
    #expect(try DiskFixture.read(DiskFixture.range(0, 12288), of: image) == expected)
  }

  /// What a discard left open is no place for zeroes that are promised, neither whole nor in part.
  @Test(arguments: [512, 1 << 20])
  func zeroesInADiscardedBlockAreSaidToBeZero(byteCount: UInt64) throws {
    for isFUA in [false, true] {
      let image = try DiskFixture.run(on: DiskFixture.contents(DiskFixture.layout())) { disk in
        try await disk.write(DiskFixture.bytes(1, 2 << 20), at: 0, isFUA: false)
        try await disk.discard(DiskFixture.range(0, 2 << 20))
        try await disk.flush()
        try await disk.writeZeroes(DiskFixture.range(0, byteCount), isFUA: isFUA)
        try await disk.close()
      }
      let table = try VHDXImage(reading: MemoryImage(image)).blockTable
      #expect(try table.payloadEntry(0).state == .zero)
      #expect(try table.payloadEntry(1).state == .unmapped)
    }
  }

  @Test func blocksOfAFixedImageKeepTheirPlace() throws {
    let layout = try DiskFixture.layout(isFixed: true)
    let image = try DiskFixture.run(on: DiskFixture.contents(layout)) { disk in
      try await disk.write(DiskFixture.bytes(1, 2 << 20), at: 0, isFUA: false)
      try await disk.writeZeroes(DiskFixture.range(0, 1 << 20), isFUA: true)
      try await disk.close()
    }
    #expect(image.byteCount == layout.fileByteCount)
    #expect(
      try VHDXImage(reading: MemoryImage(image)).blockTable.payloadEntry(0).state
        == .fullyPresent)
    #expect(
      try DiskFixture.read(DiskFixture.range((1 << 20) - 512, 1024), of: image)
        == DiskFixture.bytes(0, 512) + DiskFixture.bytes(1, 512))
  }

  @Test func requestsThatBreakARuleAreRefused() throws {
    try DiskFixture.run(on: DiskFixture.contents(DiskFixture.layout())) { disk in
      await #expect(throws: DeviceError.self) {
        try await disk.write(DiskFixture.bytes(1), at: 8 << 20, isFUA: false)
      }
      await #expect(throws: DeviceError.self) {
        _ = try await disk.read(DiskFixture.range(100, 512))
      }
      await #expect(throws: DeviceError.self) { try await disk.resize(toByteCount: 16 << 20) }
      try await disk.close()
      await #expect(throws: DeviceError.self) { try await disk.flush() }
    }
  }

  @Test func requestsAreAlignedToTheLargerSector() throws {
    try DiskFixture.run(on: DiskFixture.contents(DiskFixture.layout()), sectorByteCount: 4096) {
      disk in
      #expect(disk.sectorByteCount == 4096)
      try await disk.write(DiskFixture.bytes(1), at: 4096, isFUA: true)
      await #expect(throws: DeviceError.self) {
        try await disk.write(DiskFixture.bytes(1, 512), at: 0, isFUA: false)
      }
      try await disk.close()
    }
  }

  @Test func anImageThatWasNotClosedIsRecoveredWhenItIsOpened() throws {
    let layout = try DiskFixture.layout()
    let left = try DiskFixture.run(on: DiskFixture.contents(layout)) { disk in
      for index in 0..<5 as Range<UInt64> {
        try await disk.write(DiskFixture.bytes(UInt8(index + 1)), at: index << 20, isFUA: true)
      }
    }
    #expect(throws: FormatError.self) { try VHDXImage(reading: MemoryImage(left)) }
    let image = try DiskFixture.run(on: left, VHDXDisk.Options(identity: 8)) { disk in
      for index in 0..<5 as Range<UInt64> {
        #expect(
          try await disk.read(DiskFixture.range(index << 20, 4096))
            == DiskFixture.bytes(UInt8(index + 1)))
      }
      try await disk.write(DiskFixture.bytes(9), at: 6 << 20, isFUA: false)
      try await disk.close()
    }
    #expect(
      try DiskFixture.read(DiskFixture.range(6 << 20, 4096), of: image) == DiskFixture.bytes(9))
    #expect(
      try DiskFixture.read(DiskFixture.range(4 << 20, 4096), of: image) == DiskFixture.bytes(5))
  }

  @Test func aDamagedImageIsNotOpened() throws {
    var contents = DiskFixture.contents(try DiskFixture.layout())
    contents.zero(DiskFixture.range(64 << 10, 128 << 10))
    let simulation = Simulation(strategy: RandomStrategy(seed: Seed(1)))
    let disk = VHDXDisk(
      over: MemoryDevice(contents: contents), options: VHDXDisk.Options(identity: 1),
      simulation: simulation)
    simulation.spawn(task: 0) {
      await #expect(throws: DeviceError.self) { try await disk.open() }
      await #expect(throws: DeviceError.self) { try await disk.flush() }
    }
    try simulation.run()
  }

  @Test func theStacksOfTheImageAreNamed() throws {
    let exact = try #require(StackName("vhdx:exact")).profile
    #expect(exact.habits == .exact && exact.bugs.isEmpty && exact.recovery == .exact)
    let released = try #require(StackName("vhdx:qemu-7.2.22")).profile
    #expect(released.habits == .qemu && released.writesOwnFields)
    #expect(
      released.bugs == [
        .guidBeforeEntry, .headerErrorsIgnored, .publishBeforeLog, .batRestoredUnderWriter,
        .logErrorKeepsBlock,
      ])
    #expect(
      try #require(StackName("vhdx:qemu-7.2.0")).profile.bugs
        == released.bugs.union([.trailingRead]))
    #expect(
      try #require(StackName("raw:qemu-7.2.22")).profile.bugs.isDisjoint(
        with: BugSwitch.writerBugs))
    #expect(BugSwitch.writerBugs.count == 17)
  }
}
