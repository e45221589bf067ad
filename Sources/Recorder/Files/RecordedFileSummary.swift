/// What is told of one recorded file.
package struct RecordedFileSummary: Equatable, Sendable {
  /// The name of its folder below the output.
  package var name: String
  /// Where it was first seen: absolute.
  package var path: String
  /// Its number in the listings and in `joint.txt`.
  package var node: Int
  /// The recording's folder.
  package var folder: String
  /// Length at first touch, in bytes.
  package var initialByteCount: UInt64
  package var entryCount: UInt64 = 0
  package var writeCount: UInt64 = 0
  package var flushCount: UInt64 = 0
  /// Calls that never returned, because their program was killed: as much of them as the file shows is
  /// recorded.
  package var unfinishedCount: UInt64 = 0
  /// How many bytes of its first contents stand nowhere but in the file itself.
  package var lentByteCount: UInt64 = 0
  /// Whether the program has ended and all that it did is here.
  package var isComplete = false
  /// What could not be recorded, of this file or of the whole run.
  package var problems: [RecordingProblem] = []

  init(name: String, path: String, node: Int, folder: String, initialByteCount: UInt64) {
    self.name = name
    self.path = path
    self.node = node
    self.folder = folder
    self.initialByteCount = initialByteCount
  }
}
