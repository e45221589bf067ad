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
    for seed in 1...25 as ClosedRange<UInt64> {
      let run = try Self.newRun(seed, Self.options(seed, habits: habits))
      #expect(run.openingError == nil && run.clientErrors.isEmpty && run.isClosed)
      #expect(run.problems(cutCount: 12) == [])
      if seed <= 3 { #expect(run.firstProblemOfLosingOne() == nil) }
    }
  }

  @Test(arguments: [false, true])
  func noPowerCutOfASecondSessionBreaksAPromise(isCut: Bool) throws {
    for seed in 1...15 as ClosedRange<UInt64> {
      let run = try #require(try Self.secondRun(seed, afterCut: isCut))
      #expect(run.openingError == nil && run.clientErrors.isEmpty && run.isClosed)
      #expect(run.problems(cutCount: 12) == [])
    }
  }

  static let visibleBugs: [BugSwitch] = [
    .trailingRead, .guidBeforeEntry, .payloadNotStable, .homeNotStable, .publishBeforeLog,
    .tailEarly, .ringReusedEarly, .checksumShort, .blockReusedUnbarriered,
  ]

  /// Whether a seed up to `last` shows a problem.
  private static func isFound(
    upTo last: UInt64, _ problem: (UInt64) throws -> String?
  ) rethrows -> Bool {
    for seed in 1...last where try problem(seed) != nil { return true }
    return false
  }

  @Test(arguments: visibleBugs)
  func aMistakeLosesWhatWasPromised(bug: BugSwitch) throws {
    let isFound = try Self.isFound(upTo: 40) {
      try Self.newRun($0, Self.options($0, bugs: [bug])).firstProblemOfLosingOne()
    }
    #expect(isFound)
  }

  @Test(arguments: [BugSwitch.guidBeforeEntry, .publishBeforeLog, .trailingRead])
  func aMistakeOfQEMULosesWhatWasPromised(bug: BugSwitch) throws {
    let isFound = try Self.isFound(upTo: 40) {
      try Self.newRun($0, Self.options($0, bugs: [bug], habits: .qemu)).firstProblemOfLosingOne()
    }
    #expect(isFound)
  }

  @Test func aReusedGUIDBringsOldEntriesBack() throws {
    let isFound = try Self.isFound(upTo: 20) {
      try Self.secondRun($0, afterCut: false, bugs: [.guidReused])?.problems(cutCount: 12).first
    }
    #expect(isFound)
  }

  // MARK: A device that fails

  /// How many operations that are no reads a run without errors has.
  private static func operationCount(_ seed: UInt64, _ habits: VHDXDisk.Habits) throws -> Int {
    try newRun(seed, options(seed, habits: habits)).device.trace.count { $0.action != .read }
  }

  private static func failing(_ places: [Int]) -> DeviceFaults {
    var faults = DeviceFaults()
    for place in places { faults.errors[place] = .inputOutput }
    return faults
  }

  @Test(arguments: [VHDXDisk.Habits.exact, .qemu])
  func anErrorAtAnyOperationLosesNothing(habits: VHDXDisk.Habits) throws {
    let seed: UInt64 = 5
    for place in try 0..<Self.operationCount(seed, habits) {
      let run = try Self.newRun(
        seed, Self.options(seed, habits: habits), faults: Self.failing([place]))
      #expect(!run.clientErrors.isEmpty, "operation \(place)")
      #expect(run.problems(cutCount: 3) == [], "operation \(place)")
      let (problem, _) = run.judge(run.device.contents, atCut: run.endEvent)
      #expect(problem == nil, "operation \(place)")
    }
  }

  @Test(arguments: [
    BugSwitch.headerErrorsIgnored, .batRestoredUnderWriter, .logErrorKeepsBlock,
  ])
  func anErrorThatIsHandledWrongLosesWhatWasPromised(bug: BugSwitch) throws {
    let isFound = try Self.isFound(upTo: 60) { seed in
      var stream = RandomStream(Seed(seed), .faults)
      let places = [stream.next(below: 40), stream.next(below: 40)]
      return try Self.newRun(
        seed, Self.options(seed, bugs: [bug]), faults: Self.failing(places)
      ).firstProblemOfLosingOne()
    }
    #expect(isFound)
  }
}
