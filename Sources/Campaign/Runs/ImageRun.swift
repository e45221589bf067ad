import BlockDevice
import Bytes
import Checking
import Scheduling
import Stacks
import VHDX
import VHDXJudges
import Workload

/// What a run of an image stack starts from, and what its crash states are judged with.
extension RunConfiguration {
  /// The device before the first operation: zeroes, or a new image.
  ///
  /// - Precondition: values that the format allows; those of a scenario were checked when it was read.
  func initialContents(seed: Seed) -> SparseBytes {
    guard stack.image == .vhdx else { return SparseBytes(byteCount: deviceByteCount) }
    guard let layout = try? image.layout(virtualDiskByteCount: deviceByteCount, seed: seed) else {
      preconditionFailure("the configuration of an image is one that the format allows")
    }
    let file = MemoryImage(layout)
    if image.isWorn { WornImage(layout).wear(file) }
    return file.contents
  }

  func imageParameters(seed: Seed) -> DiskParameters? {
    try? image.layout(virtualDiskByteCount: deviceByteCount, seed: seed).parameters
  }

  func diskOptions(seed: Seed, session: Int) -> VHDXDisk.Options {
    var stream = RandomStream(seed, .configuration, 3, UInt64(session))
    var options = VHDXDisk.Options(
      bugs: stackBugs, habits: stack.profile.habits, recovery: recovery, identity: stream.next())
    options.entriesPerCheckpoint = image.entriesPerCheckpoint
    options.firstRingByteOffset = image.firstRingByteOffset
    options.usableRingByteCount = image.usableRingByteCount
    options.entrySectorLimit = image.entrySectorLimit
    return options
  }
}

extension RunConfiguration {
  /// What the device of a run holds, and what opens it after a crash.
  ///
  /// - Parameter sessionCount: how many sessions the run had.
  package func imageFormat(seed: Seed, sessionCount: Int) -> any ImageFormat {
    guard stack.image == .vhdx else { return RawFormat() }
    var format = VHDXFormat(recovery: recovery)
    guard let parameters = imageParameters(seed: seed) else { return format }
    // A session of its own, so that its GUIDs are others than those of the run.
    let options = diskOptions(seed: seed, session: sessionCount)
    let continuation = Continuation(options: options, parameters: parameters, seed: seed)
    format.goOn = { continuation.failure(of: $0) }
    return format
  }
}
