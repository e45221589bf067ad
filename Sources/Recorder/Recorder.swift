import Bytes
import CJournal
import Host

/// Runs a program and records what it does to the files below a folder.
///
/// The program is started with a library that writes every operation into a ``Journal``, from where it
/// is taken into the files' recordings while the program runs: whoever is killed, what was recorded so
/// far can be read. The order is that in which the program did it by itself.
///
/// A program that outlives its recorder gets EIO for every change to a watched file.
public final class Recorder {
  static let journalName = "journal"
  /// How long what a program did may wait until it is in the logs.
  private static let roundMilliseconds: UInt32 = 20

  public struct Options: Sendable {
    /// The folder below which files are recorded.
    public var watched: String
    /// A folder that is not there yet, or empty.
    public var output: String
    /// The library that is preloaded.
    public var libraryPath: String
    /// Names and patterns of files that are left alone.
    public var ignoredNames: [String] = []

    public init(watched: String, output: String, libraryPath: String) {
      self.watched = watched
      self.output = output
      self.libraryPath = libraryPath
    }
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// In the order of their first touch.
    public var files: [RecordedFileSummary]
    public var problems: [RecordingProblem]
    public var commandStatus: ChildProcess.Status
    public var wasInterrupted: Bool
    public var processCount: Int

    /// Whether any entry says more than that something was flushed.
    public var hasChanges: Bool { files.contains { $0.entryCount > $0.flushCount } }
  }

  private let options: Options
  private let watched: String
  private let journal: Journal
  private let joint: JointOrder
  private let table: FileTable
  private let before: FolderSurvey
  private let describe: (RecordedFileSummary) throws -> String
  private var order = EventOrder()
  private var problems: [RecordingProblem] = []
  /// Which files a flush of everything was begun for, by its submission.
  private var flushedTogether: [UInt64: [RecordedFile]] = [:]

  /// - Parameter describe: the text of a file's `manifest.json`; called when its recording begins and
  ///   again when it is complete.
  /// - Throws: ``HostError`` or ``RecorderError`` where a folder is missing or the output is in use.
  public init(
    _ options: Options, describe: @escaping (RecordedFileSummary) throws -> String
  ) throws {
    self.options = options
    self.describe = describe
    watched = try Paths.absolute(options.watched)
    guard Folders.isFolder(watched) else {
      throw RecorderError(
        "watch", watched, found: "it is no folder", hint: "Name the folder that holds the files.")
    }
    try Folders.create(options.output)
    let output = try Paths.absolute(options.output)
    guard try Folders.names(in: output).isEmpty else {
      throw RecorderError(
        "record into", options.output, found: "it is not empty", hint: "Name a new folder.")
    }
    before = try FolderSurvey(of: watched, excluding: output)
    journal = try Journal("\(output)/\(Self.journalName)", watching: watched)
    let joint = try JointOrder("\(output)/\(JointOrder.fileName)", watching: watched)
    self.joint = joint
    table = FileTable(
      output: output, watched: watched, ignoredNames: options.ignoredNames,
      noted: { name, entryIndex in try joint.entry(name, entryIndex) })
  }

  /// Runs `argv` to its end. To be called once, by the thread that made the recorder.
  ///
  /// - Parameter isInterrupted: asked at each round; once it is true the program is interrupted.
  /// - Throws: what kept the recording from going on; the program has been killed then.
  public func run(_ argv: [String], isInterrupted: () -> Bool) throws -> Outcome {
    defer { journal.close() }
    let process = try StartedProcess(argv: argv, environment: environment)
    defer { _ = process.end() }
    var wasInterrupted = false
    while !process.hasEnded {
      let bell = journal.bell
      try takeRecords()
      if !wasInterrupted, isInterrupted() {
        wasInterrupted = true
        process.interrupt()
      }
      journal.wait(since: bell, milliseconds: Self.roundMilliseconds)
    }
    let status = process.end()
    try takeRecords()
    try takeRest()
    // Nothing goes past us where a ring was refused, but a program can have failed for want of one.
    if !Self.isFailure(status) { problems.removeAll { $0 == .ioUring } }
    if journal.processCount == 0 {
      problems.append(.notLoaded(command: argv.joined(separator: " ")))
    }
    if let reason = journal.failure { problems.append(.journalRefused(reason: reason)) }
    try compare()
    try finish()
    return Outcome(
      files: table.files.map(\.summary), problems: problems, commandStatus: status,
      wasInterrupted: wasInterrupted, processCount: journal.processCount)
  }

  private static func isFailure(_ status: ChildProcess.Status) -> Bool {
    if case .exited(let number) = status { number != 0 } else { false }
  }

  private var environment: [String: String] {
    let others = Environment.value("LD_PRELOAD").map { ":\($0)" } ?? ""
    return ["LD_PRELOAD": options.libraryPath + others, PCJ_VARIABLE: journal.path]
  }

  // MARK: From the journal to the recordings

  private func takeRecords() throws {
    let records = try journal.newRecords()
    for record in records where record.isKind(PCJ_TOUCH) { try answer(record) }
    order.add(records)
    try handle(order.next())
  }

  /// Tells a waiting program which number its file has, once the first contents are kept.
  private func answer(_ record: JournalRecord) throws {
    guard let path = record.texts.first else { return }
    let knownCount = table.files.count
    let file = try table.touched(record, path: path)
    if let file, table.files.count > knownCount { try writeManifest(file) }
    record.answer(file?.number ?? PCJ_IGNORED)
  }

  private func handle(_ events: [EventOrder.Event]) throws {
    for event in events {
      switch event {
      case .began(let record): try began(record)
      case .ended(let record, let number): try ended(record, at: number)
      }
    }
    if !events.isEmpty { try countEntries() }
  }

  /// Makes all that was taken so far readable.
  private func countEntries() throws {
    try joint.flush()
    for file in table.files { try file.count() }
  }

  private func began(_ record: JournalRecord) throws {
    switch pcj_kind(record.kind) {
    case PCJ_SYNC: try file(of: record).flushBegins(record)
    case PCJ_SYNC_ALL:
      flushedTogether[record.submitted] = table.files
      for file in table.files { file.flushBegins(record) }
    case PCJ_PROBLEM: note(record)
    default: break
    }
  }

  private func ended(_ record: JournalRecord, at number: UInt64) throws {
    let result = record.result
    switch pcj_kind(record.kind) {
    case PCJ_SYNC: try file(of: record).flushEnds(record, at: number)
    case PCJ_SYNC_ALL:
      for file in flushedTogether.removeValue(forKey: record.submitted) ?? [] {
        try file.flushEnds(record, at: number)
      }
    case PCJ_WRITE:
      guard result > 0 else { return }
      try file(of: record).ended(record, at: number, byteCount: UInt64(result))
    case PCJ_RESIZE, PCJ_ALLOCATE, PCJ_ZERO, PCJ_PUNCH:
      guard result >= 0 else { return }
      try file(of: record).ended(record, at: number, byteCount: 0)
    default:
      if result >= 0, let action = Self.nameActions[record.kind] {
        try joint.names(action, record.texts.filter { !$0.isEmpty })
      }
    }
  }

  private static let nameActions: [UInt32: String] = [
    PCJ_CREATE.rawValue: "create", PCJ_RENAME.rawValue: "rename", PCJ_LINK.rawValue: "link",
    PCJ_UNLINK.rawValue: "unlink", PCJ_SYNC_FOLDER.rawValue: "sync-folder",
  ]

  private func file(of record: JournalRecord) throws -> RecordedFile {
    guard let file = table[record.fields.file] else {
      throw RecorderError(
        "read", journal.path, found: "an operation on file \(record.fields.file), which is none",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    return file
  }

  private func note(_ record: JournalRecord) {
    let problem = RecordingProblem(record)
    if let problem, !problems.contains(problem) { problems.append(problem) }
  }

  // MARK: The end

  /// What a killed program leaves: numbers without a record, and calls that never returned.
  private func takeRest() throws {
    try handle(order.rest())
    if order.open.isEmpty { return }
    let survey = try FolderSurvey(of: watched, excluding: Paths.absolute(options.output))
    for record in order.open {
      guard let file = table[record.fields.file] else { continue }
      file.noteUnfinished()
      guard let path = survey.path(of: file.key),
        let byteCount = try UnfinishedCall(record).doneByteCount(in: path)
      else {
        continue
      }
      try file.ended(record, at: order.takeNumber(), byteCount: byteCount)
    }
    try countEntries()
  }

  /// Looks for what was done to files that nobody has seen.
  private func compare() throws {
    let output = try Paths.absolute(options.output)
    let after = try FolderSurvey(of: watched, excluding: output)
    for file in table.files {
      guard let path = after.path(of: file.key) else { continue }
      if let problem = try FileComparison.problem(of: path, recordedAs: file.shadowPath) {
        problems.append(problem)
      }
      try file.keepLive(path)
    }
    for entry in after.changes(since: before) {
      if table.file(entry.key) == nil, !table.isIgnored(entry.path) {
        problems.append(.unseenChange(path: entry.path))
      }
    }
  }

  private func finish() throws {
    for file in table.files {
      file.complete(problems)
      try writeManifest(file)
    }
    Folders.remove(journal.path)
  }

  private func writeManifest(_ file: RecordedFile) throws {
    try OutputFile.write(try describe(file.summary), to: "\(file.folder)/manifest.json")
  }
}

extension RecordingProblem {
  /// What a program's library has reported; `nil` for what it cannot report.
  init?(_ record: JournalRecord) {
    let path = record.texts.first ?? ""
    switch pcj_problem(record.fields.flags) {
    case PCJ_SHARED_MAPPING: self = .sharedMapping(path: path)
    case PCJ_IO_URING: self = .ioUring
    case PCJ_LINUX_AIO: self = .linuxAIO(path: path)
    case PCJ_POSIX_AIO: self = .posixAIO(path: path)
    case PCJ_SPLICE: self = .splice(path: path)
    case PCJ_UNNAMED_FILE: self = .unnamedFile(path: path)
    case PCJ_STREAM: self = .reopenedStream(path: path)
    case PCJ_EXCHANGE: self = .exchangedNames(path: path)
    default: return nil
    }
  }
}
