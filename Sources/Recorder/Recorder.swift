import Bytes
import CJournal
import Host
import WriteLog

/// Records what a program does to the files below a folder.
///
/// The program is started with a library (``environment``) that writes every operation into a
/// ``Journal``, from where ``poll()`` takes it into the files' recordings while the program runs: whoever
/// is killed, what was recorded so far can be read. The order is the program's own (``run(_:isInterrupted:)``),
/// or that in which its operations are let go one by one (``held``).
///
/// A program that outlives its recorder gets EIO for every change to a watched file.
package final class Recorder {
  static let journalName = "journal"
  /// How long what a program did may wait until it is in the logs.
  private static let roundMilliseconds: UInt32 = 20
  /// How long a program may take to end once it was interrupted.
  private static let patienceNanoseconds: UInt64 = 500_000_000
  /// How long what a program has left running may go on.
  private static let remainingNanoseconds: UInt64 = 5_000_000_000

  /// Beside `joint.txt` where no file could be recorded: why, a sentence a line.
  package static let problemsName = "problems.txt"
  /// Beside `joint.txt` in the end: the names that the program has left (``FolderListing``).
  package static let liveListingName = "live.txt"
  /// What the program has appended to its marks, and what it has printed where marks are looked for there.
  package static let marksName = "marks"
  package static let saidName = "stdout"
  /// Names the file of marks to the program.
  package static let marksVariable = "POWERCUT_MARKS"
  /// Beside `joint.txt`: which call has made a line (``CallTable``).
  package static let callsName = CallFile.fileName
  package static let baseListingName = BaseTree.listingName
  /// Contents of files that were not touched, by their numbers.
  package static let untouchedName = BaseTree.folderName

  private let options: Options
  private let watched: FilePath
  /// Who may read what the recording tells of the folder.
  private let mode: CopyMode
  private let journal: Journal
  private let joint: JointOrder
  private let calls: CallFile
  private let table: FileTable
  private let before: FolderSurvey
  private let nodes: NodeNumbers
  private var base: BaseTree
  private var names: NameLines
  private let listener: MarkListener
  private var markCount = 0
  private let describe: (RecordedFileSummary) throws -> String
  private var order = EventOrder()
  private var problems: [RecordingProblem] = []
  /// Which files a flush of everything was begun for, by its submission.
  private var flushedTogether: [UInt64: [RecordedFile]] = [:]
  /// Threads that wait for the number of a file, where they wait for everything.
  private var touches: [JournalRecord] = []
  /// Operations that wait until they are let go, by their submission.
  private var waiting: [UInt64: JournalRecord] = [:]

  /// - Parameter describe: the text of a file's `manifest.json`; called when its recording begins and
  ///   again when it is complete.
  /// - Throws: ``HostError`` or ``RecorderError`` where a folder is missing or the output is in use.
  package init(
    _ options: Options, describe: @escaping (RecordedFileSummary) throws -> String
  ) throws {
    self.options = options
    self.describe = describe
    let folder = try Paths.absolute(options.watched)
    watched = FilePath(folder)
    guard Folders.isFolder(folder) else {
      throw RecorderError(
        "watch", folder, found: "it is no folder", hint: "Name the folder that holds the files.")
    }
    mode = CopyMode(ofCopyOf: folder)
    try Folders.create(options.output, mode: mode)
    let output = try Paths.absolute(options.output)
    guard try Folders.names(in: output).isEmpty else {
      throw RecorderError(
        "record into", options.output, found: "it is not empty", hint: "Name a new folder.")
    }
    before = try FolderSurvey(of: folder, excluding: output)
    nodes = NodeNumbers(first: FolderListing.root + 1)
    journal = try Journal("\(output)/\(Self.journalName)", watching: folder)
    if let control = options.control { journal.takeControl(processor: control.processor) }
    listener = try MarkListener(
      in: output, pattern: options.marksFromOutput, keepsOutput: options.keepsOutput, mode: mode)
    listener.begin(journal)
    calls = try CallFile("\(output)/\(CallFile.fileName)", mode: mode)
    let joint = try JointOrder("\(output)/\(JointOrder.fileName)", calls: calls, mode: mode)
    self.joint = joint
    let table = FileTable(
      output: output, watched: watched, ignoredNames: options.ignoredNames, nodes: nodes,
      identitySeed: options.control?.seed,
      noted: { name, entryIndex, origin in
        try joint.add(
          .entry(recording: name, entryIndex: Int(entryIndex), isDataOnly: origin.isDataOnly),
          by: origin.call)
      })
    self.table = table
    base = try BaseTree(
      before,
      before.listing(
        below: watched, ignored: options.ignoredNames, { table.isIgnored($0) }, numbers: nodes),
      below: watched, in: output, mode: mode, greatestWhole: options.greatestWholeByteCount)
    names = NameLines(
      NameTable(before, below: watched), in: joint, numbers: nodes, watched: watched,
      isIgnored: { table.isIgnored($0) })
  }

  /// Runs a program to its end in its own order. To be called once, by the thread that made the recorder.
  ///
  /// - Parameters:
  ///   - commands: program and arguments; several run side by side.
  ///   - isInterrupted: asked at each round; once it is true the program is interrupted, and killed half a
  ///     second later.
  /// - Throws: what kept the recording from going on; the program has been killed then.
  package func run(_ commands: [[String]], isInterrupted: () -> Bool) throws -> Outcome {
    defer { close() }
    var processes: [StartedProcess] = []
    defer { for process in processes { _ = process.end() } }
    for argv in commands {
      processes.append(try start(argv, getsTerminal: commands.count == 1))
    }
    var interruption: UInt64?
    var programsEnded: UInt64?
    var remaining: [RemainingProcess] = []
    while true {
      let bell = journal.bell
      if processes.allSatisfy(\.hasEnded) {
        remaining = self.remaining(of: processes)
        let ended = programsEnded ?? MonotonicClock.nanoseconds
        programsEnded = ended
        if remaining.isEmpty || MonotonicClock.nanoseconds - ended > Self.remainingNanoseconds {
          break
        }
      }
      try poll()
      try passOn()
      if let interruption {
        // It does not listen: what it did until now is recorded.
        if MonotonicClock.nanoseconds - interruption > Self.patienceNanoseconds { break }
      } else if isInterrupted() {
        interruption = MonotonicClock.nanoseconds
        for process in processes { process.interrupt() }
      }
      journal.wait(since: bell, milliseconds: Self.roundMilliseconds)
    }
    let statuses = processes.map { $0.end() }
    for process in remaining { process.kill() }
    if interruption == nil { problems += remaining.map { .stillRunning(name: $0.name) } }
    var outcome = try finish(statuses, of: commands)
    try passOn()
    outcome.wasInterrupted = interruption != nil
    return outcome
  }

  /// What the programs have started and left running, though they themselves have ended: what it does is recorded.
  package func remaining(of programs: [StartedProcess]) -> [RemainingProcess] {
    RemainingProcess.all(startedBy: programs.map(\.processID), knowing: journal.path)
  }

  /// What the program prints is for whoever started us.
  private func passOn() throws {
    if options.keepsOutput { return }
    let output = listener.newOutput()
    if !output.isEmpty { try StandardStreams.writeResult(bytes: output) }
  }

  /// Lets go of the programs that still run: their changes fail from then on. To be called in the end,
  /// also after an error.
  package func close() { journal.close() }

  /// Starts a program that is recorded: whoever calls this has to end it.
  package func start(_ argv: [String], getsTerminal: Bool = false) throws -> StartedProcess {
    if let errorPath = options.errorPath, let output = listener.output {
      return try StartedProcess(
        alone: argv, environment: environment, output: output, errorPath: errorPath)
    }
    return try StartedProcess(
      argv: argv, environment: environment, output: listener.output, getsTerminal: getsTerminal)
  }

  /// Takes what is left once the program has ended, and compares the files with their recordings.
  ///
  /// - Parameter statuses: how each of its commands ended.
  package func finish(
    _ statuses: [ChildProcess.Status], of commands: [[String]]
  ) throws -> Outcome {
    let status = statuses.first { $0 != .exited(0) } ?? .exited(0)
    try poll()
    try takeRest()
    // Nothing goes past us where a ring was refused, but a program can have failed for want of one.
    if !Self.isFailure(status) { problems.removeAll { $0 == .ioUring } }
    if journal.processCount == 0 {
      problems.append(.notLoaded(command: commands.first?.joined(separator: " ") ?? ""))
    }
    if let reason = journal.failure { problems.append(.journalRefused(reason: reason)) }
    problems += listener.problems
    try compare()
    try finish()
    return Outcome(
      files: table.files.map(\.summary), problems: problems, commandStatus: status,
      wasInterrupted: false, processCount: journal.processCount,
      markCount: markCount)
  }

  private static func isFailure(_ status: ChildProcess.Status) -> Bool {
    if case .exited(let number) = status { number != 0 } else { false }
  }

  /// What a program has to be started with.
  package var environment: [String: String] {
    let others = Environment.value("LD_PRELOAD").map { ":\($0)" } ?? ""
    var variables = [
      "LD_PRELOAD": options.libraryPath + others, PCJ_VARIABLE: journal.path,
      Self.marksVariable: listener.path,
    ]
    variables.merge(options.environment) { $1 }
    if let control = options.control { variables.merge(Self.repeating(control.seed)) { $1 } }
    return variables
  }

  /// What makes a program that is started with the library, recorded or not, draw the same again.
  package static func repeating(_ seed: UInt64) -> [String: String] {
    // Memory that nobody has initialised holds a byte of the seed and not what was there before.
    [PCJ_SEED_VARIABLE: String(seed, radix: 16), "MALLOC_PERTURB_": "\(1 + seed % 255)"]
  }

  // MARK: From the journal to the recordings

  /// Takes what the program has done since the last call.
  package func poll() throws {
    var records = try journal.newRecords()
    for record in records where record.isKind(PCJ_CODE) { calls.learn(record) }
    records.removeAll { $0.isKind(PCJ_CODE) }
    for record in records {
      if record.isKind(PCJ_KEEP) {
        try keep(record)
      } else if record.isKind(PCJ_TOUCH) {
        if options.control == nil { try answer(record) } else { touches.append(record) }
      } else if options.control != nil, record.waitsForItsTurn {
        waiting[record.submitted] = record
      }
    }
    try order.add(records) { journal.lastNumber }
    try handle(order.next())
  }

  /// Lets the thread go on that was the first to come to a file for the first time; says whether there was
  /// one. Not done as they come, and not for several at once, where the order is not the program's own: when
  /// they go on must not depend on the clock.
  package func answerTouch() throws -> Bool {
    guard
      let place = touches.indices.min(by: { touches[$0].submitted < touches[$1].submitted })
    else { return false }
    try answer(touches.remove(at: place))
    return true
  }

  /// The operations that wait until they are let go, in the order of their submission.
  package var held: [HeldOperation] {
    waiting.sorted { $0.key < $1.key }.map { number, record in
      HeldOperation(record, path: table[record.fields.file].map { "\($0.path)" })
    }
  }

  /// Lets an operation go.
  package func release(_ operation: HeldOperation, _ turn: HeldOperation.Turn) {
    waiting[operation.number]?.answer(turn.answer)
    waiting[operation.number] = nil
  }

  /// Begins the recording of a file before any program touches it.
  package func watch(_ path: String) throws {
    let knownCount = table.files.count
    let file = try table.watched(FilePath(path), kept: { base.take($0) })
    if table.files.count > knownCount { try writeManifest(file) }
  }

  /// Puts a mark of the client's into the one order, and into the log of a file that is watched.
  ///
  /// - Parameter task: the number of the client's task.
  /// - Returns: its number in the one order.
  @discardableResult
  package func mark(_ mark: ClientMark, task: UInt32, in path: String) throws -> UInt64 {
    let number = journal.takeNumber()
    try order.add(ClientEvent(mark: mark, task: task, path: path), at: number) {
      journal.lastNumber
    }
    try handle(order.next())
    return number
  }

  /// Tells a waiting program which number its file has, once the first contents are kept.
  private func answer(_ record: JournalRecord) throws {
    guard let path = record.paths.first else { return }
    let knownCount = table.files.count
    let file = try table.touched(record, path: path, kept: { base.take($0) })
    if let file, table.files.count > knownCount {
      if let lent = file.lent?.contents {
        lent.place = journal.lend(
          file: file.number, pieceByteCount: lent.pieceByteCount, byteCount: lent.byteCount)
      }
      noteChange(of: file)
      try writeManifest(file)
    }
    record.answer(file?.number ?? PCJ_IGNORED)
  }

  /// Lets a program go on that is about to change a lent file, once it is kept what the range holds.
  private func keep(_ record: JournalRecord) throws {
    let file = try file(of: record)
    let (byteOffset, byteCount) = (record.fields.byte_offset, record.fields.range_byte_count)
    if let lent = file.lent?.contents, let place = lent.place,
      let range = ByteRange(checking: byteOffset, byteCount: byteCount)
    {
      try file.keep(range) { journal.setKept($0, ofLent: place) }
    }
    record.answer(UInt32(PCJ_GO))
  }

  /// What was done to a file between the look at the whole folder and the first touch.
  private func noteChange(of file: RecordedFile) {
    guard let old = before[file.key] else { return }
    // Of a file that is lent nothing was copied before.
    let isAsItWas = file.lent?.contents.wasModified(at: old.modified) ?? true
    if old.byteCount == file.initialByteCount, isAsItWas { return }
    problems.append(.unseenChange(path: "\(file.path)"))
  }

  private func handle(_ events: [EventOrder.Event]) throws {
    for event in events {
      switch event {
      case .began(let record): try began(record)
      case .ended(let record, let number): try ended(record, at: number)
      case .client(let event, let number):
        try table.file(FilePath(event.path))?.mark(event, at: number)
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
      // A file that a program came to since may be known here already: the call does not cover it.
      let files = table.files.filter { $0.firstTouched < record.submitted }
      flushedTogether[record.submitted] = files
      for file in files { file.flushBegins(record) }
    case PCJ_PROBLEM: try note(record)
    default: break
    }
  }

  private func ended(_ record: JournalRecord, at number: UInt64) throws {
    let result = record.result
    let call = try calls.call(of: record)
    switch pcj_kind(record.kind) {
    case PCJ_SYNC: try file(of: record).flushEnds(record, at: number, by: call)
    case PCJ_SYNC_ALL:
      for file in flushedTogether.removeValue(forKey: record.submitted) ?? [] {
        try file.flushEnds(record, at: number, by: call)
      }
      if result >= 0 { try joint.add(.sync, by: call) }
    case PCJ_WRITE:
      guard result > 0 else { return }
      try file(of: record).ended(record, at: number, byteCount: UInt64(result), by: call)
    case PCJ_RESIZE, PCJ_ALLOCATE, PCJ_ZERO, PCJ_PUNCH:
      guard result >= 0 else { return }
      try file(of: record).ended(record, at: number, byteCount: 0, by: call)
    case PCJ_MARK: try mark(listener.marks(in: record))
    case PCJ_SYNC_FOLDER:
      if result >= 0, let path = record.paths.first { try names.sync(folder: path, by: call) }
    default:
      if result >= 0 { try names.change(record, by: call) }
    }
  }

  private func mark(_ texts: [String]) throws {
    for text in texts { try joint.add(.mark(text)) }
    markCount += texts.count
  }

  private func file(of record: JournalRecord) throws -> RecordedFile {
    guard let file = table[record.fields.file] else {
      throw RecorderError(
        "read", journal.path, found: "an operation on file \(record.fields.file), which is none",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    return file
  }

  private func note(_ record: JournalRecord) throws {
    guard let problem = RecordingProblem(record) else {
      throw RecorderError(
        "read", journal.path, found: "problem number \(record.fields.flags), which is none",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    if !problems.contains(problem) { problems.append(problem) }
  }

  // MARK: The end

  /// What a killed program leaves: numbers without a record, and calls that never returned.
  private func takeRest() throws {
    try handle(order.rest())
    try mark(listener.rest())
    if order.open.isEmpty { return try countEntries() }
    for record in order.open { try flushNeverEnds(record) }
    let survey = try survey()
    for record in order.open
    where waiting[record.submitted] == nil && !record.isKind(PCJ_KEEP) {
      if names.table.isDone(record, in: survey) { try names.change(record) }
      guard let file = table[record.fields.file] else { continue }
      file.noteUnfinished()
      guard let path = survey[file.key]?.path,
        let byteCount = try path.withText({ try UnfinishedCall(record).doneByteCount(in: $0) })
      else {
        continue
      }
      try file.ended(record, at: order.takeNumber(), byteCount: byteCount)
    }
    try countEntries()
  }

  /// A flush that never returned holds back no longer what completed beside it.
  private func flushNeverEnds(_ record: JournalRecord) throws {
    switch pcj_kind(record.kind) {
    case PCJ_SYNC: try table[record.fields.file]?.flushFails(record)
    case PCJ_SYNC_ALL:
      for file in flushedTogether.removeValue(forKey: record.submitted) ?? [] {
        try file.flushFails(record)
      }
    default: break
    }
  }

  private func survey() throws -> FolderSurvey {
    try FolderSurvey(
      of: Paths.absolute(options.watched), excluding: Paths.absolute(options.output))
  }

  /// Looks for what was done to files that nobody has seen.
  private func compare() throws {
    let after = try survey()
    for file in table.files {
      guard let entry = after[file.key] else {
        try file.lent?.keepWhole()
        continue
      }
      let path = entry.path
      // Before the comparison, so that it holds for what others read.
      let list = try file.lent.flatMap { try LentSettlement.list($0.contents, at: path) }
      try path.withText { text in
        if let problem = try FileComparison.problem(
          of: text, named: path, recordedAs: file.shadowPath,
          in: file.lent?.comparedRanges(byteCount: entry.byteCount))
        {
          problems.append(problem)
        }
        try file.keepLive(text, lentBy: list)
      }
    }
    try base.settle { [table, nodes, before] node in
      after.entries.first { entry in
        guard let key = entry.key, before[key] != nil else { return false }
        return table.file(key) == nil && nodes.number(of: key) == node
      }?.path
    }
    var unseenPaths: Set<FilePath> = []
    for entry in after.changes(since: before) {
      if let key = entry.key, table.file(key) == nil, !table.isIgnored(entry.path) {
        problems.append(.unseenChange(path: "\(entry.path)"))
        unseenPaths.insert(entry.path)
      }
    }
    problems += names.table.differences(from: after) {
      table.isIgnored($0) || unseenPaths.contains($0)
    }
    let live = after.listing(
      below: watched, ignored: options.ignoredNames, { [table] in table.isIgnored($0) },
      numbers: nodes)
    try OutputFile.write(
      live.text, to: "\(options.output)/\(Self.liveListingName)", mode: mode)
  }

  private func finish() throws {
    for file in table.files {
      file.complete(problems)
      try writeManifest(file)
    }
    // Without a recorded file no manifest tells what is missing.
    if table.files.isEmpty, !problems.isEmpty {
      let lines = problems.map { "\($0)\n" }.joined()
      try OutputFile.write(lines, to: "\(options.output)/\(Self.problemsName)", mode: mode)
    }
    Folders.remove(journal.path)
  }

  private func writeManifest(_ file: RecordedFile) throws {
    try OutputFile.write(
      try describe(file.summary), to: "\(file.folder)/manifest.json", mode: file.mode)
  }
}

/// Of one command.
extension Recorder {
  /// As ``run(_:isInterrupted:)`` of several.
  package func run(_ argv: [String], isInterrupted: () -> Bool) throws -> Outcome {
    try run([argv], isInterrupted: isInterrupted)
  }

  /// As ``finish(_:of:)`` of several.
  package func finish(_ status: ChildProcess.Status, of argv: [String]) throws -> Outcome {
    try finish([status], of: [argv])
  }
}
