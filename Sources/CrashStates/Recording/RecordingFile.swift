import Bytes
import WriteLog

/// One file of a recording.
package struct RecordingFile: Sendable {
  /// The recording's name in `joint.txt`: that of its folder.
  package var recording: String
  /// What it is among all names (``FolderListing``).
  package var node: Int
  package var history: DiskHistory

  package init(recording: String, node: Int, history: DiskHistory) {
    self.recording = recording
    self.node = node
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
    /// As it was before the recording began: nothing was done to it.
    case untouched
    /// Nobody knows what it holds.
    case unknown
    case folder
    /// A symbolic link and what it says, which may lead anywhere.
    case link(FilePath)
  }

  /// Relative to the watched folder.
  package var path: FilePath
  /// Two names with the same one are a file with two names.
  package var node: Int
  /// Permissions; of a link 0.
  package var mode: UInt32
  package var contents: Contents
}
