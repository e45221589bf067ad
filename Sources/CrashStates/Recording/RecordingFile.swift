/// One file of a recording.
package struct RecordingFile: Sendable {
  /// The recording's name in `joint.txt`: that of its folder.
  package var recording: String
  /// Where it was first seen, relative to the watched folder.
  package var path: String
  package var history: DiskHistory

  package init(recording: String, path: String, history: DiskHistory) {
    self.recording = recording
    self.path = path
    self.history = history
  }
}

/// An entry of one of a recording's logs.
struct RecordedEntry: Hashable, Sendable {
  /// The place of the file in ``Recording/files``.
  var file: Int
  var entryIndex: Int
}

/// A name of a crash state and what is found there.
package struct RecordedName: Sendable {
  package enum Contents: Sendable {
    /// The file with this place in ``Recording/files``, in this state of its own log.
    case recorded(file: Int, CrashState)
    case empty
    /// There before the recording began, and never written to: nobody knows what it holds.
    case unknown
    case folder
    /// A symbolic link and what it says, which may lead anywhere.
    case link(String)
  }

  /// Relative to the watched folder.
  package var path: String
  package var contents: Contents
}
