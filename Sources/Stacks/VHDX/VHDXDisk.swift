import BlockDevice
import Bytes
import Scheduling
import VHDX

/// The virtual disk of a VHDX image, to be written to: the image format under test.
///
/// Every change of the image file goes through the device below. Without a ``BugSwitch``, and with
/// ``Habits/exact``, no crash state of it breaks a rule. Confined to the thread of its simulation.
///
/// Source: [MS-VHDX] (v20240423).
package final class VHDXDisk: BlockDevice, @unchecked Sendable {
  /// In which order the image is written.
  package enum Habits: Hashable, Sendable {
    /// The specification's obligations, with table changes kept back until a flush.
    case exact
    /// QEMU's order: every new block is logged, brought home and taken out of the log by itself.
    case qemu
  }

  package struct Options: Sendable {
    /// Those of the writer count.
    package var bugs: Set<BugSwitch>
    package var habits: Habits
    /// What ``VHDXDisk/open()`` recovers with.
    package var recovery: RecoveryProfile
    /// Where the session's GUIDs are drawn from: another one for each session of an image.
    package var identity: UInt64
    /// Where in the ring a fresh log begins, in bytes: a multiple of 4096. Near the ring's end, entries
    /// soon wrap.
    package var firstRingByteOffset: UInt64 = 0
    /// How much of the ring is left when a fresh log has begun, in bytes: a multiple of 4096, at least
    /// 12288. The rest is taken by empty entries that the first Tail still covers, so that space is
    /// soon short. All but one sector where it is `nil`. Entries take two sectors or more: an odd
    /// number of sectors makes the writer meet the Tail in the middle of one.
    package var usableRingByteCount: UInt64?
    /// After so many entries the logged sectors are brought home, before the next one, and at close.
    package var entriesPerCheckpoint = 2
    /// How many sectors of the block table one log entry carries at most, so that a commit takes several
    /// entries; 126, the most that one sector of descriptors names, where it is `nil`.
    package var entrySectorLimit: Int?

    package init(
      bugs: Set<BugSwitch> = [], habits: Habits = .exact, recovery: RecoveryProfile = .exact,
      identity: UInt64
    ) {
      self.bugs = bugs
      self.habits = habits
      self.recovery = recovery
      self.identity = identity
    }
  }

  /// No recovery makes a file longer than this; a simulated device keeps a word for every 64 KiB.
  package static let maximumFileByteCount: UInt64 = 1 << 40

  private enum State {
    case notOpen
    case open(any DiskWriter)
    case closed
  }

  private let file: ImageBelow
  private let options: Options
  private let simulation: Simulation
  private var state = State.notOpen
  package private(set) var sectorByteCount: UInt32
  package private(set) var byteCount: UInt64 = 0

  /// - Precondition: options that keep to their multiples.
  package init(over file: any BlockDevice, options: Options, simulation: Simulation) {
    let sector = UInt64(LogRing.sectorByteCount)
    precondition(options.firstRingByteOffset % sector == 0, "a log begins at a whole sector")
    if let usable = options.usableRingByteCount {
      precondition(usable % sector == 0 && usable >= 3 * sector, "room for one entry and a Tail")
    }
    precondition(options.entriesPerCheckpoint > 0, "an entry goes home some time")
    precondition(options.entrySectorLimit ?? 1 > 0, "an entry carries something")
    self.file = ImageBelow(file)
    self.options = options
    self.simulation = simulation
    sectorByteCount = file.sectorByteCount
  }

  /// Reads the image, and recovers it first where its log is not empty.
  ///
  /// - Throws: ``DeviceError/unusableImage(_:)`` where it cannot be opened.
  package func open() async throws(DeviceError) {
    let opening = VHDXOpening(
      file: file, recovery: options.recovery, guids: GUIDSource(identity: options.identity))
    let image = try await opening.run()
    state = .open(try makeWriter(image))
    // A request below the device's sector would have to read its neighbours, and race with them.
    sectorByteCount = max(image.parameters.logicalSectorByteCount, file.device.sectorByteCount)
    byteCount = image.parameters.virtualDiskByteCount
  }

  /// Brings everything home and empties the log. No request may be in flight.
  package func close() async throws(DeviceError) {
    try await writer().close()
    state = .closed
  }

  private func makeWriter(_ image: OpenedImage) throws(DeviceError) -> any DiskWriter {
    switch options.habits {
    case .exact: try ExactDisk(image, file: file, options: options, simulation: simulation)
    case .qemu: try QEMUDisk(image, file: file, options: options, simulation: simulation)
    }
  }

  private func writer() throws(DeviceError) -> any DiskWriter {
    switch state {
    case .open(let writer): return writer
    case .notOpen: throw .unusableImage("the disk was not opened")
    case .closed: throw .unusableImage("the disk was closed")
    }
  }

  // MARK: BlockDevice

  package func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try checkRequest(range)
    return try await writer().read(range)
  }

  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    guard let range = ByteRange(checking: byteOffset, byteCount: UInt64(bytes.count)) else {
      throw .unsupported("a write ends behind 2^64 bytes")
    }
    try checkRequest(range)
    try await writer().write(bytes, at: byteOffset, isFUA: isFUA)
  }

  package func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try checkRequest(range)
    try await writer().writeZeroes(range, isFUA: isFUA)
  }

  package func discard(_ range: ByteRange) async throws(DeviceError) {
    try checkRequest(range)
    try await writer().discard(range)
  }

  package func flush() async throws(DeviceError) {
    try await writer().flush()
  }

  /// A virtual disk keeps its length.
  package func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    throw .unsupported("a virtual disk keeps its length")
  }
}
