import BlockDevice
import Bytes
import Checking
import CrashStates
import Scheduling
import Stacks

/// A stack under test that keeps its client's disk in an image: all that runs know of the image's format.
package protocol ImageStack: Sendable {
  var image: StackName.Image { get }
  /// What it writes, opened as a sound program opens it.
  var format: any ImageFormat { get }

  // MARK: Runs

  /// Why there can be no such image; `nil` where there can.
  func problem(of setup: ImageSetup) -> String?
  /// - Precondition: a setup without a ``problem(of:)``.
  func newImage(_ setup: ImageSetup, seed: Seed) -> SparseBytes
  /// The writer of one session, counted from 0.
  func disk(
    _ setup: ImageSetup, over device: any BlockDevice, seed: Seed, session: Int,
    simulation: Simulation
  ) -> any ClientDisk
  /// What opens the image of a run after a crash, and goes on with it.
  ///
  /// - Parameter sessionCount: how many sessions the run had.
  func format(_ setup: ImageSetup, seed: Seed, sessionCount: Int) -> any ImageFormat

  // MARK: Images that nobody wrote

  /// Those of one seed, before anyone recovered them.
  func madeUpImages(seed: Seed) -> [MadeUpImage]
  /// What recovery, and the writer after it, make of them.
  func judgement(ofMadeUpImagesBy setup: ImageSetup, seed: Seed) -> Judgement

  // MARK: Recordings

  /// The profile whose writer goes with a program's recovery (``ImageFormat/recoveryProfileNames``).
  func profile(ofRecovery name: String) -> Profile?
  /// What opens the image of a recording, with the writer that goes on with it (rule D10); `nil` where
  /// nothing in the recording says how its image is made.
  func format(
    of history: DiskHistory, opened: any ImageFormat, profile: Profile, bugs: Set<BugSwitch>,
    seed: UInt64
  ) -> (any ImageFormat)?
}

/// What decides the image of a run, and who writes it.
package struct ImageSetup: Sendable {
  package var profile: Profile
  /// Those beside the profile's.
  package var bugs: Set<PlantedBug>
  package var configuration: ImageConfiguration
  /// The length of the disk in the image.
  package var diskByteCount: UInt64
  /// The unit of the device below.
  package var deviceSectorByteCount: UInt32

  package init(
    profile: Profile, bugs: Set<PlantedBug>, configuration: ImageConfiguration,
    diskByteCount: UInt64, deviceSectorByteCount: UInt32
  ) {
    self.profile = profile
    self.bugs = bugs
    self.configuration = configuration
    self.diskByteCount = diskByteCount
    self.deviceSectorByteCount = deviceSectorByteCount
  }
}

/// A damaged image that no program wrote.
package struct MadeUpImage: Sendable {
  /// How it came about, line by line.
  package var notes: [String]
  package var contents: SparseBytes

  package init(notes: [String], contents: SparseBytes) {
    self.notes = notes
    self.contents = contents
  }
}
