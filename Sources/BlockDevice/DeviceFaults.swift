/// What goes wrong on a device, kept beside its data so that it can be switched off.
package struct DeviceFaults: Hashable, Sendable {
  /// Answers the n-th operation that is no read, from zero in the order of submission, with an
  /// error; it has no effect then.
  package var errors: [Int: DeviceError] = [:]
  /// Of a real program's file: the n-th operation, counted as above, takes only the first half of its
  /// sectors where it is a write of several, and says so. A simulated device takes all or nothing.
  package var shortWrites: Set<Int> = []
  /// How long the device can get; growing further is refused with ENOSPC.
  package var capacityByteCount: UInt64?
  /// The device says that it flushed and did not: outside of the crash model, and so a bug that the
  /// rules must find.
  package var liesAboutFlushes = false

  package init() {}
}
