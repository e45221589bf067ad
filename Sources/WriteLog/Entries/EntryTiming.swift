/// When the operation of an entry was in flight, and who carried it out.
package struct EntryTiming: Equatable, Sendable {
  /// When the operation was handed to the device.
  package var submissionIndex: UInt64
  /// When the device said that it was done; same counter.
  package var completionIndex: UInt64
  package var task: UInt32?

  package init(submissionIndex: UInt64, completionIndex: UInt64, task: UInt32? = nil) {
    self.submissionIndex = submissionIndex
    self.completionIndex = completionIndex
    self.task = task
  }
}
