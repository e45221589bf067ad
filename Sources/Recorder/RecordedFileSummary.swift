/// What is told of one recorded file.
public struct RecordedFileSummary: Equatable, Sendable {
  /// The name of its folder below the output.
  public var name: String
  /// Where it was first seen: absolute.
  public var path: String
  /// The recording's folder.
  public var folder: String
  /// Length at first touch, in bytes.
  public var initialByteCount: UInt64
  public var entryCount: UInt64 = 0
  public var writeCount: UInt64 = 0
  public var flushCount: UInt64 = 0
  /// Calls that never returned, because their program was killed: as much of them as the file shows is
  /// recorded.
  public var unfinishedCount: UInt64 = 0
  /// Whether the program has ended and all that it did is here.
  public var isComplete = false
  /// What could not be recorded, of this file or of the whole run.
  public var problems: [RecordingProblem] = []

  init(name: String, path: String, folder: String, initialByteCount: UInt64) {
    self.name = name
    self.path = path
    self.folder = folder
    self.initialByteCount = initialByteCount
  }
}
