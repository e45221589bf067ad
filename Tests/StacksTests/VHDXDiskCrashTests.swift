import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import VHDX

/// Power cuts at any moment of many runs: the disk keeps what it promised.
@Suite struct VHDXDiskCrashTests {
  private static func options(
    _ seed: UInt64, bugs: Set<BugSwitch> = [], habits: VHDXDisk.Habits = .exact
  ) -> VHDXDisk.Options {
    var options = VHDXDisk.Options(bugs: bugs, habits: habits, identity: seed)
    var stream = RandomStream(Seed(seed), .configuration, 99)
    options.firstRingByteOffset = UInt64(stream.next(below: 256)) * 4096
    options.usableRingByteCount = stream.pick([nil, nil, 12288, 20480, 28672])
    if habits == .qemu {
      options.firstRingByteOffset = 0
      options.usableRingByteCount = nil
    }
    return options
  }

  private static func newRun(
    _ seed: UInt64, _ options: VHDXDisk.Options, faults: DeviceFaults = DeviceFaults()
  ) throws -> DiskCrashRun {
    var shape = DiskCrashRun.Shape()
    shape.discards = options.habits == .exact
    return try DiskCrashRun(
      on: DiskCrashRun.newImage(shape),
      mapping: SparseBytes(byteCount: DiskCrashRun.diskByteCount(shape)), options, shape,
      faults: faults, seed: seed)
  }

  @Test(arguments: [VHDXDisk.Habits.exact, .qemu])
  func noPowerCutBreaksAPromise(habits: VHDXDisk.Habits) throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      let run = try Self.newRun(seed, Self.options(seed, habits: habits))
      #expect(run.openingError == nil && run.clientErrors.isEmpty && run.isClosed)
      #expect(run.problems(cutCount: 12) == [])
    }
  }
}
