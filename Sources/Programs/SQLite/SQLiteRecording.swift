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
  let lines: [String]
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
    lines = text.split(separator: "\n").map(String.init)
    recording = try Self.recording(text, outcome.files, watched: watched)
    acknowledgedCuts = lines.enumerated().filter {
      $0.element.hasPrefix("create \(Self.acknowledgement)")
    }.map { $0.offset + 1 }
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

  private static func recording(
    _ text: String, _ files: [RecordedFileSummary], watched: String
  ) throws -> Recording {
    let patterns = NamePatterns([acknowledgement + "*", sharedMemory])
    return try Recording(
      JointLine.list(parsing: text),
      files: files.map { file in
        let index = try WriteLogIndex(
          reading: MappedFile.map("\(file.folder)/writes.log"), options: LogReadingOptions())
        return RecordingFile(
          recording: file.name,
          path: file.path.hasPrefix(watched + "/")
            ? String(file.path.dropFirst(watched.utf8.count + 1)) : file.path,
          history: try DiskHistory(
            index: index, base: MappedFile.map("\(file.folder)/base.img"),
            initialByteCount: file.initialByteCount))
      }, isLeftOut: { patterns.contains($0) })
  }

  /// What `check` and `replay` take, without the acknowledgements' own files.
  ///
  /// - Throws: ``HostError`` where it cannot be read any more.
  func recordedFiles() throws(HostError) -> [RecordedRunFile] {
    let output = folder.path("recordings")
    var paths = ["joint.txt"]
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
