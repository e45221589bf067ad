import BlockDevice
import Bytes
import Checking
import CrashStates
import ImageStacks
import Rules
import Scheduling
import Stacks
import Workload

/// Everything that decides a run besides its seed.
package struct RunConfiguration: Hashable, Sendable {
  package enum ClientWorkload: Hashable, Sendable {
    /// Drawn from the specification by the run's seed, or by one of its own.
    case drawn(WorkloadSpecification, seed: Seed?)
    case explicit(Workload)
    /// No client at all: images with a made-up log, drawn by the run's seed, are recovered.
    case dirtyImages
    /// No client of a device: transactions of a database, drawn by the run's seed (``FilesRun``).
    case transactions
    /// No client either: the commands of a scenario (``FilesRun``).
    case commands(ProgramCommands)
  }

  package var stack: StackName
  /// Bugs besides those of the profile.
  package var bugs: Set<PlantedBug>
  /// The length of what the client sees: the device, or the virtual disk of an image.
  package var deviceByteCount: UInt64 = 1 << 20
  /// The image that the device holds, where the stack is one of images.
  package var image = ImageConfiguration()
  /// The log's unit, and the alignment of every request.
  package var logSectorByteCount: UInt32 = 512
  package var superblockInterval = 4096
  package var workload = ClientWorkload.drawn(WorkloadSpecification(), seed: nil)
  /// What goes wrong on the device under the logger.
  package var faults = DeviceFaults()
  /// Which operations of the log's device fail, by number from 1: operation 0 creates the log. The run ends
  /// with the session in which one does. Only of raw disks whose entries have extensions: without these
  /// nobody can say what was in the log.
  package var failingLogOperations: Set<Int> = []
  /// How much of the log device holds bytes of an older log.
  package var staleLogByteCount: UInt64 = 0
  /// Whether each session ends as that of a program which is killed: nothing is closed, and the superblock
  /// counts what it happened to count. Of raw disks only.
  package var isKilled = false
  package var schedule = ScheduleSource.usual
  /// Rules that the target is known to break, switched off.
  package var ignoredRules: Set<Rule> = []
  /// How the stack's program is run; `nil` where the stack is a simulated one.
  package var program: ProgramOptions?

  package init(stack: StackName, bugs: Set<PlantedBug> = []) {
    self.stack = stack
    self.bugs = bugs
    if stack.program != nil { program = ProgramOptions() }
  }

  /// The alignment of the client's requests.
  package var clientSectorByteCount: UInt32 {
    stack.image.isOfKnownFormat
      ? max(logSectorByteCount, image.logicalSectorByteCount) : logSectorByteCount
  }

  /// What the client does in the run of `seed`; `nil` where there is no client.
  package func clientWorkload(seed: Seed) -> Workload? {
    switch workload {
    case .explicit(let explicit): explicit
    case .dirtyImages, .transactions, .commands: nil
    case .drawn(let specification, let own):
      Workload(
        specification, seed: own ?? seed, deviceByteCount: deviceByteCount,
        sectorByteCount: clientSectorByteCount)
    }
  }

  /// Whether a client's operations on a device, and choices among them, make the run; only these can be
  /// listed, made again and left out one by one.
  package var hasClient: Bool {
    switch workload {
    case .drawn, .explicit: true
    case .dirtyImages, .transactions, .commands: false
    }
  }

  /// What is run, where a scenario says so; `nil` for all other runs.
  package var commands: ProgramCommands? {
    guard case .commands(let commands) = workload else { return nil }
    return commands
  }

  /// Whether choices make the run: of a client's operations, or of a program's own.
  package var hasChoices: Bool { hasClient || commands?.order == .owned }

  /// Whether a run that was promised nothing has checked nothing. Of a simulated stack the order of its writes is
  /// judged, whatever was promised, and of commands what their scenario asks for.
  package var needsPromises: Bool {
    if let commands { return commands.leastMarkCount > 0 }
    return stack.program != nil
  }

  /// Whether a seed is one run of a client, and not many.
  package var isOneRunOfClient: Bool { hasClient && schedule.exhaustiveBound == nil }

  /// The mistakes of what writes: those of the profile and those that were asked for.
  package var stackBugs: Set<BugSwitch> { stack.profile.bugs.union(bugs.ofStack) }
}

// MARK: - What a run starts from, and what its crash states are judged with

extension RunConfiguration {
  /// The simulated stack of images; `nil` where the disk is raw, or only a program reads it.
  var imageStack: (any ImageStack)? { KnownImageStacks.of(stack.image) }

  var imageSetup: ImageSetup {
    ImageSetup(
      profile: stack.profile, bugs: bugs, configuration: image, diskByteCount: deviceByteCount,
      deviceSectorByteCount: logSectorByteCount)
  }

  /// The device before the first operation: zeroes, or a new image.
  ///
  /// - Precondition: values that the format allows; those of a scenario were checked when it was read.
  func initialContents(seed: Seed) -> SparseBytes {
    imageStack?.newImage(imageSetup, seed: seed) ?? SparseBytes(byteCount: deviceByteCount)
  }

  /// What the device of a run holds, and what opens it after a crash.
  ///
  /// - Parameter sessionCount: how many sessions the run had.
  package func imageFormat(seed: Seed, sessionCount: Int) -> any ImageFormat {
    imageStack?.format(imageSetup, seed: seed, sessionCount: sessionCount) ?? RawFormat()
  }

  /// The images of a seed that nobody wrote, before anyone recovered them.
  package func madeUpImages(seed: Seed) -> [MadeUpImage] {
    imageStack?.madeUpImages(seed: seed) ?? []
  }
}
