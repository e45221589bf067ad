/// What is told of a recorded disk.
public struct DiskRecordingSummary: Equatable, Sendable {
  /// The disk's file: absolute.
  public var path: String
  /// Length of the disk.
  public var byteCount: UInt64
  public var entryCount: UInt64 = 0
  /// Of data or of zeroes.
  public var writeCount: UInt64 = 0
  public var flushCount: UInt64 = 0
  /// Operations that the disk's file refused. What they changed before that is in no entry.
  public var failedCount: UInt64 = 0
  /// Whether clients are gone and all that they did is here.
  public var isComplete = false

  init(path: String, byteCount: UInt64) {
    self.path = path
    self.byteCount = byteCount
  }
}
