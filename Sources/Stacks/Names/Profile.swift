import VHDX

/// A named set of bugs and habits that describes a program.
package struct Profile: Hashable, Sendable {
  package var name: String
  package var bugs: Set<BugSwitch>
  /// Whether its log carries what only Powercut's recorder writes: the extension at byte 64, and
  /// marks of what the client was told.
  package var writesOwnFields: Bool
  /// In which order a VHDX image is written.
  package var habits = VHDXDisk.Habits.exact
  /// What a VHDX image is opened with.
  package var recovery = RecoveryProfile.exact

  /// Keeps every promise: no rule may fail here, ever.
  package static let exact = Profile(name: "exact", bugs: [], writesOwnFields: true)

  /// QEMU's blklogwrites driver as released: seen in runs, or read in its source.
  package static let qemu7222 = Profile(
    name: "qemu-7.2.22",
    bugs: [.flushCoversLater, .fuaUnmarked, .failedWriteLogged, .sizeUnlogged],
    writesOwnFields: false)

  /// The same before the race of a write-zeroes entry was mended. Entries that share a place
  /// (logger.position-after-write) took several queues there; this stack has one.
  package static let qemu720 = Profile(
    name: "qemu-7.2.0", bugs: qemu7222.bugs.union([.positionReread]), writesOwnFields: false)

  /// QEMU's vhdx driver as released, over an exact logger: what is under test is the image format.
  package static let qemuImage7222 = Profile(
    name: "qemu-7.2.22",
    bugs: [
      .guidBeforeEntry, .headerErrorsIgnored, .publishBeforeLog, .batRestoredUnderWriter,
      .logErrorKeepsBlock,
    ],
    writesOwnFields: true, habits: .qemu, recovery: .qemu7222)

  /// QEMU over a file of its own, with no logger in between.
  package static let qemuFile = Profile(
    name: "qemu", bugs: [], writesOwnFields: true, habits: .qemu, recovery: .qemu7222)

  /// The same before the table's entries stopped to shift.
  package static let qemuImage720 = Profile(
    name: "qemu-7.2.0", bugs: qemuImage7222.bugs.union([.trailingRead]), writesOwnFields: true,
    habits: .qemu, recovery: .qemu720)
}
