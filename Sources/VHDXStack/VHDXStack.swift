import BlockDevice
import Bytes
import Checking
import CrashStates
import ImageStacks
import Scheduling
import Stacks
import VHDX
import VHDXJudges

/// The writer of VHDX images as a stack under test.
package struct VHDXStack: ImageStack {
  package let image = StackName.Image.vhdx
  package var format: any ImageFormat { VHDXFormat() }

  package init() {}

  // MARK: Runs

  package func problem(of setup: ImageSetup) -> String? {
    let layout: VHDXLayout
    do {
      layout = try setup.layout(seed: Seed(0))
    } catch {
      return "no image can be like this: \(error)"
    }
    guard !setup.configuration.isWorn || WornImage.isPossible(layout) else {
      return "a worn image is not 'fixed', and has three blocks at least"
    }
    if setup.deviceSectorByteCount <= 4096 { return nil }
    return "'sector' of the device is 4096 at most: an image writes its log in 4096 bytes"
  }

  package func newImage(_ setup: ImageSetup, seed: Seed) -> SparseBytes {
    guard let layout = try? setup.layout(seed: seed) else {
      preconditionFailure("the configuration of an image is one that the format allows")
    }
    let file = MemoryImage(layout)
    if setup.configuration.isWorn { WornImage(layout).wear(file) }
    return file.contents
  }

  package func disk(
    _ setup: ImageSetup, over device: any BlockDevice, seed: Seed, session: Int,
    simulation: Simulation
  ) -> any ClientDisk {
    VHDXDisk(
      over: device, options: setup.diskOptions(seed: seed, session: session),
      simulation: simulation)
  }

  package func format(_ setup: ImageSetup, seed: Seed, sessionCount: Int) -> any ImageFormat {
    var format = VHDXFormat(recovery: setup.recovery)
    guard let parameters = try? setup.layout(seed: seed).parameters else { return format }
    // A session of its own, so that its GUIDs are others than those of the run.
    let options = setup.diskOptions(seed: seed, session: sessionCount)
    let continuation = Continuation(options: options, parameters: parameters, seed: seed)
    format.goOn = { continuation.failure(of: $0) }
    return format
  }

  // MARK: Images that nobody wrote

  package func madeUpImages(seed: Seed) -> [MadeUpImage] {
    (0..<DirtyImageRun.caseCount).map { index in
      let image = DirtyImage(seed: seed, index: UInt64(index))
      return MadeUpImage(notes: image.notes, contents: image.file.contents)
    }
  }

  package func judgement(ofMadeUpImagesBy setup: ImageSetup, seed: Seed) -> Judgement {
    DirtyImageRun(profile: setup.recovery, seed: seed).judgement
  }

  // MARK: Recordings

  package func profile(ofRecovery name: String) -> Profile? {
    let suffix = RecoveryProfile.checkSuffix
    let name = name.hasSuffix(suffix) ? String(name.dropLast(suffix.count)) : name
    return image.profiles.first { $0.name == name }
  }

  package func format(
    of history: DiskHistory, opened: any ImageFormat, profile: Profile, bugs: Set<BugSwitch>,
    seed: UInt64
  ) -> (any ImageFormat)? {
    guard var format = opened as? VHDXFormat, let parameters = ImageParameters.find(in: history)
    else { return nil }
    let options = VHDXDisk.Options(
      bugs: profile.bugs.union(bugs), habits: profile.habits, recovery: format.recovery,
      identity: seed)
    let continuation = Continuation(options: options, parameters: parameters, seed: Seed(seed))
    format.goOn = { continuation.failure(of: $0) }
    return format
  }
}

extension VHDXDisk: ClientDisk {}

extension ImageSetup {
  /// The image before anything is written.
  ///
  /// - Throws: ``FormatError`` where the format does not allow a value.
  func layout(seed: Seed) throws(FormatError) -> VHDXLayout {
    var stream = RandomStream(seed, .configuration, 2)
    func guid() -> GUID { GUID(low: stream.next(), high: stream.next()) }
    return try VHDXLayout(
      virtualDiskByteCount: diskByteCount, isFixed: configuration.isFixed,
      blockByteCount: configuration.blockByteCount,
      logicalSectorByteCount: configuration.logicalSectorByteCount,
      physicalSectorByteCount: configuration.logicalSectorByteCount,
      logByteCount: configuration.logByteCount,
      identity: ImageIdentity(
        fileWriteGUID: guid(), dataWriteGUID: guid(), virtualDiskID: guid()))
  }

  /// What opens an image, with its mistakes.
  var recovery: RecoveryProfile {
    var recovery = profile.recovery
    for case .recovery(let bug) in bugs { recovery.bugs.insert(bug) }
    return recovery
  }

  func diskOptions(seed: Seed, session: Int) -> VHDXDisk.Options {
    var stream = RandomStream(seed, .configuration, 3, UInt64(session))
    var options = VHDXDisk.Options(
      bugs: profile.bugs.union(bugs.ofStack), habits: profile.habits, recovery: recovery,
      identity: stream.next())
    options.entriesPerCheckpoint = configuration.entriesPerCheckpoint
    options.firstRingByteOffset = configuration.firstRingByteOffset
    options.usableRingByteCount = configuration.usableRingByteCount
    options.entrySectorLimit = configuration.entrySectorLimit
    return options
  }
}
