/// What is told of a recorded disk.
package struct DiskRecordingSummary: Equatable, Sendable {
  /// The disk's file: absolute.
  package var path: String
  /// Length of the disk.
  package var byteCount: UInt64
  package var entryCount: UInt64 = 0
  /// Of data or of zeroes.
  package var writeCount: UInt64 = 0
  package var flushCount: UInt64 = 0
  /// Operations that the disk's file refused. What they changed before that is in no entry.
  package var failedCount: UInt64 = 0
  /// Whether clients are gone and all that they did is here.
  package var isComplete = false

  init(path: String, byteCount: UInt64) {
    self.path = path
    self.byteCount = byteCount
  }
}
