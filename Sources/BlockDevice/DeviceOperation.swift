import Bytes

/// One operation in the trace of a simulated device. Times are event numbers of the simulation.
package struct DeviceOperation: Sendable {
  package enum Action: String, Hashable, Sendable {
    case read
    case write
    case writeZeroes = "write-zeroes"
    case discard
    case flush
    case resize
  }

  package var action: Action
  /// What it covers; for a resize from 0 to the new length, empty for a flush.
  package var range: ByteRange
  /// The data of a write.
  package var bytes: [UInt8]
  package var isFUA: Bool
  /// The task and the client operation on whose behalf it was submitted.
  package var task: Int
  package var clientOperation: UInt64?

  package var submittedAt: UInt64
  /// `nil` while it is in flight.
  package var completedAt: UInt64?
  /// From when on it survives a power cut for sure.
  package var stableAt: UInt64?
  package var error: DeviceError?

  /// Whether it changes contents or length.
  package var isModifying: Bool { action != .read && action != .flush }

  /// Whether it took effect.
  package var isApplied: Bool { completedAt != nil && error == nil && isModifying }
}
