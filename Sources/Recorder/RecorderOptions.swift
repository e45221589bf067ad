import Host

/// What a recorder is told, and what it has to say in the end.
extension Recorder {
  package struct Options: Sendable {
    /// The folder below which files are recorded.
    package var watched: String
    /// A folder that is not there yet, or empty.
    package var output: String
    /// The library that is preloaded.
    package var libraryPath: String
    /// Names and patterns of files that are left alone.
    package var ignoredNames: [String] = []
    /// Whether operations wait until they are let go; `nil` leaves the program its own order.
    package var control: Control?
    /// Finds marks in what the program prints; `nil` where it is not listened to.
    package var marksFromOutput: MarkPattern?
    /// Whether what the program prints is kept in the recording, and not passed on.
    package var keepsOutput = false
    /// Variables that the program gets beside those of the recorder.
    package var environment: [String: String] = [:]
    /// Files with more bytes than that are lent: what is changed of them is kept, and the rest stays in the file itself.
    /// `nil` keeps every file whole.
    package var greatestWholeByteCount: UInt64?
    /// A file to which its standard error goes; it has nothing to read then. `nil`: it has our streams.
    package var errorPath: String?

    package init(watched: String, output: String, libraryPath: String) {
      self.watched = watched
      self.output = output
      self.libraryPath = libraryPath
    }
  }

  /// What makes a run repeatable.
  package struct Control: Sendable {
    /// The processor that all of the program runs on, from 0.
    package var processor: UInt32
    /// What its randomness, its time and the identities of its recordings are made of.
    package var seed: UInt64

    package init(processor: UInt32, seed: UInt64) {
      self.processor = processor
      self.seed = seed
    }
  }

  /// What came of it.
  package struct Outcome: Sendable {
    /// In the order of their first touch.
    package var files: [RecordedFileSummary]
    package var problems: [RecordingProblem]
    package var commandStatus: ChildProcess.Status
    package var wasInterrupted: Bool
    package var processCount: Int
    package var markCount: Int

    /// Whether any entry says more than that something was flushed.
    package var hasChanges: Bool { files.contains { $0.entryCount > $0.flushCount } }
  }
}
