/// What a pending operation will do to which part of which device: as much of it as a strategy needs
/// in order to tell whether the order of two operations matters.
package struct DeviceAccess: Hashable, Sendable {
  package enum Kind: UInt8, Hashable, Sendable {
    case read
    /// A write, write-zeroes or discard.
    case change
    /// Of the whole device: a flush, and a resize, which reaches everything beyond the new end.
    case wholeDevice
  }

  /// A number that the simulation gave out: ``Simulation/nextDeviceNumber()``.
  package var device: Int
  package var kind: Kind
  package var byteOffset: UInt64
  /// The first byte after what is touched.
  package var endByteOffset: UInt64

  package init(device: Int, kind: Kind, byteOffset: UInt64 = 0, endByteOffset: UInt64 = 0) {
    precondition(byteOffset <= endByteOffset, "a range ends behind its start")
    self.device = device
    self.kind = kind
    self.byteOffset = byteOffset
    self.endByteOffset = endByteOffset
  }

  /// Whether the device can tell in which order the two came.
  ///
  /// What a task does in memory when its operation has completed is not seen: two accesses that do not
  /// race can still let their tasks race.
  package func races(with other: DeviceAccess) -> Bool {
    if device != other.device { return false }
    if kind == .wholeDevice || other.kind == .wholeDevice { return true }
    if kind == .read && other.kind == .read { return false }
    return byteOffset < other.endByteOffset && other.byteOffset < endByteOffset
  }
}
