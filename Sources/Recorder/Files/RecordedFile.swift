import Bytes
import CJournal
import Host
import WriteLog

/// A watched file and its recording: a folder with the file as it was at first touch, the log of what
/// was done to it since, and a manifest.
final class RecordedFile {
  let number: UInt32
  let key: FileKey
  /// Its number among all that has a name.
  let node: Int
  /// Where it was first seen.
  let path: FilePath
  /// The name of its folder below the output.
  let name: String
  let folder: String
  let initialByteCount: UInt64
  /// When a program first came to it, in the one order; 0 for before everything.
  let firstTouched: UInt64
  private(set) var summary: RecordedFileSummary
  /// Who may read the recording: who could read the file when it was first touched, and in the end.
  private(set) var mode: CopyMode
  private let shadow: ShadowFile
  /// Of a large file; `nil` where the first contents are kept whole.
  let lent: LentBase?
  private let log: FileLogWriter
  private var order = FlushOrder<FinishedOperation>()
  /// Whether the log has anything that no sync has covered.
  private var hasUnsynced = false

  /// Where the first contents are.
  enum Base {
    /// In a copy of the recorder's, which is moved.
    case kept(String)
    /// In the file itself; the name may be another one by now.
    case file(FilePath)
    /// In the file itself, where they stay but for what is changed.
    case lent(LentContents)
  }

  /// Keeps the first contents and starts the log.
  init(
    number: UInt32, key: FileKey, node: Int, path: FilePath, base: Base, firstTouched: UInt64,
    name: String, output: String, pool: OpenFilePool,
    identity: UInt64,
    noted: @escaping (_ name: String, _ entryIndex: UInt64, EntryOrigin) throws -> Void
  ) throws {
    self.number = number
    self.key = key
    self.node = node
    self.firstTouched = firstTouched
    self.path = path
    self.name = name
    folder = "\(output)/\(name)"
    let copy = "\(folder)/base.img"
    var lent: LentContents?
    switch base {
    case .lent(let contents):
      let mode = CopyMode(ofCopyOf: contents.readablePath)
      (self.mode, lent) = (mode, contents)
      try Folders.create(folder, mode: mode)
      try OutputFile.write("", to: "\(folder)/base.lent", mode: mode)
      for name in ["base.kept", "shadow.img"] {
        try SparseImageFile("\(folder)/\(name)", byteCount: contents.byteCount, mode: mode)
          .finishForShortUse()
      }
    case .kept(let kept):
      let mode = CopyMode(ofCopyOf: kept)
      self.mode = mode
      try Folders.create(folder, mode: mode)
      try Folders.rename(kept, to: copy)
    case .file(let source):
      mode = try source.withText { [folder] source in
        let mode = CopyMode(ofCopyOf: source)
        try Folders.create(folder, mode: mode)
        try SparseCopy.make(of: source, at: copy, mode: mode)
        return mode
      }
    }
    if lent == nil { try SparseCopy.make(of: copy, at: "\(folder)/shadow.img", mode: mode) }
    shadow = try ShadowFile("\(folder)/shadow.img", in: pool, lent: lent)
    self.lent =
      if let lent { try LentBase(lent, "\(folder)/base", in: pool) } else { nil }
    initialByteCount = shadow.byteCount
    log = FileLogWriter(
      log: try LogFile("\(folder)/writes.log", mode: mode, in: pool), shadow: shadow,
      identity: identity,
      noted: { entryIndex, origin in try noted(name, entryIndex, origin) })
    try log.count()
    summary = RecordedFileSummary(
      name: name, path: "\(path)", node: node, folder: folder, initialByteCount: initialByteCount)
  }

  var shadowPath: String { shadow.path }
  var byteCount: UInt64 { shadow.byteCount }

  /// Makes the log readable up to here.
  func count() throws {
    try log.count()
    summary.entryCount = log.entryCount
  }

  /// Keeps what a lent file holds in a range that a program is about to change.
  func keep(_ range: ByteRange, done: (_ piece: Int) -> Void) throws {
    try lent?.keep(range, in: shadow, done: done)
  }

  func noteUnfinished() { summary.unfinishedCount += 1 }

  func complete(_ problems: [RecordingProblem]) {
    summary.isComplete = true
    summary.problems = problems
    Folders.remove(shadow.path)
  }

  /// Keeps the real file as the run left it, for rule L08. Whom the program has locked out since it first
  /// touched the file cannot read the recording any more.
  ///
  /// - Parameter list: says that the file is lent on; `nil` keeps it whole, also what it held first.
  func keepLive(_ path: String, lentBy list: LentFile?) throws {
    mode = mode.and(CopyMode(ofCopyOf: path))
    for name in ["base.img", "base.kept", "base.lent", "writes.log", "shadow.img"] {
      mode.restrict("\(folder)/\(name)")
    }
    mode.restrict(folder)
    if let lent, let list {
      summary.lentByteCount = lent.contents.lentByteCount
      return try lent.settle(list, live: "\(folder)/live", mode: mode)
    }
    try lent?.keepWhole()
    try SparseCopy.make(of: path, at: "\(folder)/live.img", mode: mode)
  }

  /// Puts down what the client of the program did or was told. A mark is no operation: it holds for what
  /// stands in the log by then.
  func mark(_ event: ClientEvent, at number: UInt64) throws {
    try log.mark(
      event.mark.text,
      timing: EntryTiming(submissionIndex: number, completionIndex: number, task: event.task))
  }

  func flushBegins(_ record: JournalRecord) {
    order.flushBegins(at: record.submitted)
  }

  func flushEnds(
    _ record: JournalRecord, at number: UInt64, by call: CallTable.Call?
  ) throws {
    guard record.result >= 0 else { return try flushFails(record) }
    let released = order.flushEnds(record.submitted)
    try append(released.before)
    log.origin = EntryOrigin(isDataOnly: record.hasFlag(PCJ_DATA_ONLY), call: call)
    defer { log.origin = EntryOrigin() }
    try flush(record.timing(completed: number))
    try append(released.after)
  }

  private func flush(_ timing: EntryTiming) throws {
    try log.flush(timing: timing)
    summary.flushCount += 1
    hasUnsynced = false
  }

  /// What completed beside the flush was not made durable by it.
  func flushFails(_ record: JournalRecord) throws {
    try append(order.flushFails(record.submitted))
  }

  /// Takes an operation that succeeded.
  ///
  /// - Parameter byteCount: how much of a write was written.
  func ended(
    _ record: JournalRecord, at number: UInt64, byteCount: UInt64, by call: CallTable.Call? = nil
  ) throws {
    try append(
      order.completed(
        FinishedOperation(
          record: record, completed: number, byteCount: byteCount, call: call), at: number))
  }

  private func append(_ operations: [FinishedOperation]) throws {
    for operation in operations { try append(operation) }
  }

  /// A write that is durable when it returns can be there in part while it is under way. So it is a write and a FLUSH,
  /// unless that would make durable what is not: then it is one entry, which no cut shows in part.
  private func write(
    _ operation: FinishedOperation, at byteOffset: UInt64, _ timing: EntryTiming
  ) throws {
    let isDurable = operation.record.hasFlag(PCJ_DURABLE)
    let isFlushed = isDurable && !hasUnsynced
    try log.write(
      operation.record.payload(byteCount: Int(operation.byteCount)), at: byteOffset,
      isDurable: isDurable && !isFlushed, timing: timing)
    summary.writeCount += 1
    if isFlushed {
      try flush(
        EntryTiming(
          submissionIndex: timing.completionIndex, completionIndex: timing.completionIndex,
          task: timing.task))
    } else if !isDurable {
      hasUnsynced = true
    }
  }

  private func append(_ operation: FinishedOperation) throws {
    let record = operation.record
    let timing = record.timing(completed: operation.completed)
    let range = try operation.range()
    log.origin = EntryOrigin(isDataOnly: record.hasFlag(PCJ_DATA_ONLY), call: operation.call)
    defer { log.origin = EntryOrigin() }
    if record.isKind(PCJ_WRITE) {
      try write(operation, at: range.byteOffset, timing)
    } else if record.isKind(PCJ_RESIZE) {
      hasUnsynced = true
      try log.resize(toByteCount: record.fields.byte_offset, timing: timing)
    } else {
      hasUnsynced = true
      if !record.isKind(PCJ_PUNCH), !record.hasFlag(PCJ_KEEPS_SIZE) {
        try log.grow(toByteCount: range.endByteOffset, timing: timing)
      }
      if !record.isKind(PCJ_ALLOCATE) {
        try log.zero(range, isDiscard: record.isKind(PCJ_PUNCH), timing: timing)
      }
    }
  }
}

/// A call that has returned without an error.
private struct FinishedOperation {
  var record: JournalRecord
  var completed: UInt64
  /// How much of a write was written.
  var byteCount: UInt64
  var call: CallTable.Call?

  /// What it touched, in bytes of the file.
  func range() throws -> ByteRange {
    let byteCount = record.isKind(PCJ_WRITE) ? byteCount : record.fields.range_byte_count
    let byteOffset = record.byteOffset
    guard let range = ByteRange(checking: byteOffset, byteCount: byteCount),
      range.endByteOffset <= UInt64(Int64.max),
      !record.isKind(PCJ_WRITE) || byteCount <= record.fields.payload_byte_count
    else {
      throw RecorderError(
        "read", "journal", found: "an operation at byte \(byteOffset) of \(byteCount) bytes",
        hint: "The program has written to memory that is not its own: look for that first.")
    }
    return range
  }
}

extension JournalRecord {
  fileprivate func timing(completed: UInt64) -> EntryTiming {
    EntryTiming(submissionIndex: submitted, completionIndex: completed, task: fields.task)
  }
}
