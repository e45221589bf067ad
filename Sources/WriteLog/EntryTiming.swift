/// When the operation of an entry was in flight, and who carried it out.
public struct EntryTiming: Equatable, Sendable {
  /// When the operation was handed to the device.
  public var submissionIndex: UInt64
  /// When the device said that it was done; same counter.
  public var completionIndex: UInt64
  public var task: UInt32?

  public init(submissionIndex: UInt64, completionIndex: UInt64, task: UInt32? = nil) {
    self.submissionIndex = submissionIndex
    self.completionIndex = completionIndex
    self.task = task
  }
}
