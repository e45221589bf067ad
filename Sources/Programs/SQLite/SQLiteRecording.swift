import Bytes
import Campaign
import CrashStates
import Host
import Recorder
import Scheduling
import Stacks
import WriteLog

/// One run of `sqlite3` under the recorder: a seed's transactions typed to it, all that it did to its files,
/// and after which line of the joint order each commit had returned.
///
/// After each COMMIT the shell itself makes an empty file, `ack-N`, whose creation is a line of `joint.txt`:
/// what stands in front of that line was done before the commit returned. These files are no part of any
/// state.
struct SQLiteRecording {
  static let databaseName = "db"
  private static let acknowledgement = "ack-"
  /// What SQLite keeps in memory that is shared by mapping a file: it is made anew after a crash.
  private static let sharedMemory = "*-shm"

  var workload: SQLiteWorkload
  let recording: Recording
  /// `joint.txt`, line by line.
  let lines: [JointLine]
  /// Where the recordings are; gone with this.
  let folder: TemporaryFolder
  /// For each commit, the first cut at which it had returned.
  var acknowledgedCuts: [Int]

  /// - Throws: what kept the run from being made or recorded.
  init(
    _ setup: SQLiteSetup, seed: Seed, executable: String, libraryPath: String,
    describe: @escaping (RecordedFileSummary) throws -> String
  ) throws {
    workload = SQLiteWorkload(seed: seed)
    folder = try TemporaryFolder(prefix: "powercut-sqlite")
    let watched = folder.path("watched")
    let output = folder.path("recordings")
    try Folders.create(watched)
    let script = workload.script(setup) { number in
      "SELECT writefile('\(watched)/\(Self.acknowledgement)\(number)','');"
    }
    try OutputFile.write(script, to: folder.path("script.sql"))
    var options = Recorder.Options(watched: watched, output: output, libraryPath: libraryPath)
    options.ignoredNames = [Self.sharedMemory]
    let recorder = try Recorder(options, describe: describe)
    let outcome = try recorder.run([
      executable, "-batch", "-init", "/dev/null", "\(watched)/\(Self.databaseName)",
      ".read '\(folder.path("script.sql"))'",
    ]) { Interrupts.isRequested }
    if let problem = outcome.problems.first { throw Failure(reason: "\(problem)") }
    guard outcome.commandStatus == .exited(0) else {
      throw Failure(reason: "\(executable) ended with \(outcome.commandStatus)")
    }
    let text = try InputFile.text("\(output)/joint.txt")
    let lines = try JointLine.list(parsing: text)
    self.lines = lines
    recording = try Self.recording(
      lines, FolderListing(parsing: InputFile.text("\(output)/\(Recorder.baseListingName)")),
      outcome.files)
    acknowledgedCuts = lines.indices.filter { Self.isAcknowledgement(lines[$0]) }.map { $0 + 1 }
    guard acknowledgedCuts.count == workload.commitCount else {
      throw Failure(
        reason: "\(executable) told of \(acknowledgedCuts.count) of \(workload.commitCount) commits"
      )
    }
  }

  struct Failure: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
  }

  private static func isAcknowledgement(_ line: JointLine) -> Bool {
    guard case .create(_, _, let path) = line else { return false }
    return path.bytes.starts(with: acknowledgement.utf8)
  }

  /// The folder is empty in the beginning.
  private static func recording(
    _ lines: [JointLine], _ base: FolderListing, _ files: [RecordedFileSummary]
  ) throws -> Recording {
    let patterns = NamePatterns([acknowledgement + "*", sharedMemory])
    return try Recording(
      lines, base: base,
      files: files.map { file in
        let index = try WriteLogIndex(
          reading: MappedFile.map("\(file.folder)/writes.log"), options: LogReadingOptions())
        return RecordingFile(
          recording: file.name, node: file.node,
          history: try DiskHistory(
            index: index, base: MappedFile.map("\(file.folder)/base.img"),
            initialByteCount: file.initialByteCount, hasMarkedLengths: true))
      }, isLeftOut: { patterns.contains($0) })
  }

  /// What `check` and `replay` take, without the acknowledgements' own files.
  ///
  /// - Throws: ``HostError`` where it cannot be read any more.
  func recordedFiles() throws(HostError) -> [RecordedRunFile] {
    let output = folder.path("recordings")
    var paths = ["joint.txt", Recorder.baseListingName, Recorder.liveListingName]
    for file in recording.files {
      paths += ["base.img", "writes.log", "manifest.json"].map { "\(file.recording)/\($0)" }
    }
    var files: [RecordedRunFile] = []
    for path in paths {
      files.append(
        RecordedRunFile(name: path, contents: .bytes(try InputFile.bytes("\(output)/\(path)"))))
    }
    return files
  }

  /// How many commits had returned.
  func acknowledgedCount(atCut cut: Int) -> Int { acknowledgedCuts.count { $0 <= cut } }
}
