import Bytes

/// One operation in the trace of a simulated device. Times are event numbers of the simulation.
public struct DeviceOperation: Sendable {
  public enum Action: String, Hashable, Sendable {
    case read
    case write
    case writeZeroes = "write-zeroes"
    case discard
    case flush
    case resize
  }

  public var action: Action
  /// What it covers; for a resize from 0 to the new length, empty for a flush.
  public var range: ByteRange
  /// The data of a write.
  public var bytes: [UInt8]
  public var isFUA: Bool
  /// The task and the client operation on whose behalf it was submitted.
  public var task: Int
  public var clientOperation: UInt64?

  public var submittedAt: UInt64
  /// `nil` while it is in flight.
  public var completedAt: UInt64?
  /// From when on it survives a power cut for sure.
  public var stableAt: UInt64?
  public var error: DeviceError?

  /// Whether it changes contents or length.
  public var isModifying: Bool { action != .read && action != .flush }

  /// Whether it took effect.
  public var isApplied: Bool { completedAt != nil && error == nil && isModifying }
}
