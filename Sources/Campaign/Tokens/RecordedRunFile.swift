import Bytes

/// A file of a run's recording.
package struct RecordedRunFile: Sendable {
  package enum Contents: Sendable {
    case bytes([UInt8])
    case sparse(SparseBytes)
  }

  /// What it is called in the recording's folder.
  package var name: String
  package var contents: Contents

  package init(name: String, contents: Contents) {
    self.name = name
    self.contents = contents
  }
}

extension RunRecord {
  /// The log, the device as it was left, and, where it did not begin as zeroes, as it began.
  package var recordedFiles: [RecordedRunFile] {
    var files = [
      RecordedRunFile(name: "writes.log", contents: .bytes(logBytes)),
      RecordedRunFile(name: "live.img", contents: .sparse(liveContents)),
    ]
    if configuration.stack.image != .raw {
      files.append(RecordedRunFile(name: "base.img", contents: .sparse(initialContents)))
    }
    return files
  }
}
