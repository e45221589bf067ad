import BlockDevice
import Bytes
import Scheduling
import Stacks
import Testing
import VHDX

/// Power cuts at any moment of many runs: the disk keeps what it promised, and each mistake of its
/// writer shows.
@Suite struct VHDXDiskCrashTests {
  static func options(
    _ seed: UInt64, bugs: Set<BugSwitch> = [], habits: VHDXDisk.Habits = .exact
  ) -> VHDXDisk.Options {
    var options = VHDXDisk.Options(bugs: bugs, habits: habits, identity: seed)
    var stream = RandomStream(Seed(seed), .configuration, 99)
    options.firstRingByteOffset = UInt64(stream.pick([0, 200, 253, 254, 255])) * 4096
    options.usableRingByteCount = stream.pick([nil, 12288, 20480, 28672])
    return options
  }

  static func newRun(
    _ seed: UInt64, _ options: VHDXDisk.Options, faults: DeviceFaults = DeviceFaults()
  ) throws -> DiskCrashRun {
    var shape = DiskCrashRun.Shape()
    shape.discards = options.habits == .exact
    return try DiskCrashRun(
      on: DiskCrashRun.newImage(shape),
      mapping: SparseBytes(byteCount: DiskCrashRun.diskByteCount(shape)), options, shape,
      faults: faults, seed: seed)
  }

  /// A second session over what a power cut, or the close, of a first one left.
  static func secondRun(
    _ seed: UInt64, afterCut isCut: Bool, bugs: Set<BugSwitch> = []
  ) throws -> DiskCrashRun? {
    let first = try newRun(seed, options(seed, bugs: bugs))
    var stream = RandomStream(Seed(seed), .states, 99)
    let event = isCut ? UInt64(stream.next(below: Int(first.endEvent))) + 1 : first.endEvent
    let image = first.image(atCut: event, &stream)
    let (problem, recovered) = first.judge(image, atCut: event)
    if problem != nil { return nil }
    var next = options(seed, bugs: bugs)
    next.identity = seed + 1_000_000
    return try DiskCrashRun(
      on: image, mapping: first.mapped(by: recovered), next, first.shape, seed: seed + 1_000_000)
  }

  @Test(arguments: [VHDXDisk.Habits.exact, .qemu])
  func noPowerCutBreaksAPromise(habits: VHDXDisk.Habits) throws {
    for seed in 1...60 as ClosedRange<UInt64> {
      let run = try Self.newRun(seed, Self.options(seed, habits: habits))
      #expect(run.openingError == nil && run.clientErrors.isEmpty && run.isClosed)
      #expect(run.problems(cutCount: 12) == [])
    }
  }

  @Test(arguments: [false, true])
  func noPowerCutOfASecondSessionBreaksAPromise(isCut: Bool) throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let run = try #require(try Self.secondRun(seed, afterCut: isCut))
      #expect(run.openingError == nil && run.clientErrors.isEmpty && run.isClosed)
      #expect(run.problems(cutCount: 12) == [])
    }
  }

  static let visibleBugs: [BugSwitch] = [
    .trailingRead, .guidBeforeEntry, .payloadNotStable, .homeNotStable, .publishBeforeLog,
    .tailEarly, .ringReusedEarly, .checksumShort, .blockReusedUnbarriered,
  ]

  @Test(arguments: visibleBugs)
  func aMistakeLosesWhatWasPromised(bug: BugSwitch) throws {
    var seeds: [UInt64] = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let run = try Self.newRun(seed, Self.options(seed, bugs: [bug]))
      if !run.problems(cutCount: 12).isEmpty { seeds.append(seed) }
    }
    print("BUG", bug.rawValue, seeds.count, "of 60, first", seeds.first ?? 0)
    #expect(!seeds.isEmpty)
  }

  @Test func aReusedGUIDBringsOldEntriesBack() throws {
    var seeds: [UInt64] = []
    for seed in 1...60 as ClosedRange<UInt64> {
      let run = try Self.secondRun(seed, afterCut: false, bugs: [.guidReused])
      if let run, !run.problems(cutCount: 12).isEmpty { seeds.append(seed) }
    }
    print("BUG guid", seeds.count, "of 60, first", seeds.first ?? 0)
    #expect(!seeds.isEmpty)
  }
}
