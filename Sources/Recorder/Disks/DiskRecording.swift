import Bytes
import CJournal
import Host
import WriteLog

/// Carries out what clients do to a disk in a file, on as many threads as they like, and records it.
///
/// The folder is that of any recording: `base.img` is the disk as it was, `writes.log` what was done to
/// it, `live.img` the disk as it was left, `manifest.json` what is told of it. Entries stand in the
/// order of completion, but a FLUSH covers only what had completed when it was begun (``FlushOrder``).
///
/// Two operations on one sector are never carried out at once, so that the log has them in the order in
/// which the disk had them, although they count as in flight together.
package final class DiskRecording: @unchecked Sendable {
  /// Every range is made of such.
  package static let sectorByteCount: UInt32 = 512
  /// How much data may wait in memory for a flush to end. Who has more waits with it.
  private static let heldByteLimit = 64 << 20
  private static let shortByteCount = 64 << 10

  package let folder: String
  private let disk: DiskFile
  /// Who may read the recording.
  private let mode: CopyMode
  private let describe: (DiskRecordingSummary) throws -> String
  private let log: LogFile

  private let monitor = Monitor()
  // Everything below is touched inside of the monitor only.
  private var writer: LogWriter<RecorderError>
  private var order = FlushOrder<DiskOperation>()
  private var ranges = RangesInFlight()
  private var heldByteCount = 0
  private var waiterCount = 0
  private var lastNumber: UInt64 = 0
  private var summary: DiskRecordingSummary
  /// Once the log could not be written nothing more is carried out: it would be missing.
  private var logFailure: RecorderError?

  /// Keeps the first contents and starts the log.
  ///
  /// - Parameters:
  ///   - path: the disk's file, which is changed where it stands.
  ///   - output: a folder that is not there yet, or empty.
  ///   - describe: the text of `manifest.json`; called now and when the recording is complete.
  /// - Throws: ``HostError`` or ``RecorderError`` where there is no such file or the output is in use.
  package init(
    of path: String, output: String,
    describe: @escaping (DiskRecordingSummary) throws -> String
  ) throws {
    disk = try DiskFile(path)
    self.describe = describe
    folder = output
    guard disk.byteCount > 0, disk.byteCount % UInt64(Self.sectorByteCount) == 0 else {
      throw RecorderError(
        "record", path,
        found: "it has \(disk.byteCount) bytes, and a disk has whole sectors of 512",
        hint: "Make it longer: truncate --size=%512 FILE")
    }
    mode = CopyMode(ofCopyOf: path)
    try Folders.create(output, mode: mode)
    guard try Folders.names(in: output).isEmpty else {
      throw RecorderError(
        "record into", output, found: "there are files already", hint: "Name a new folder.")
    }
    try SparseCopy.make(of: path, at: "\(output)/base.img", mode: mode)
    let log = try LogFile("\(output)/writes.log", mode: mode)
    self.log = log
    writer = LogWriter(
      sectorByteCount: Self.sectorByteCount, logIdentity: pcj_identity()
    ) { (bytes, byteOffset) throws(RecorderError) in
      try log.write(bytes, at: byteOffset)
    }
    writer.isRestZero = true
    summary = DiskRecordingSummary(path: try Paths.absolute(path), byteCount: disk.byteCount)
    try count()
    try writeManifest()
  }

  package var byteCount: UInt64 { disk.byteCount }

  /// A number for an operation that has just been asked for: the moment of its submission.
  package func takeNumber() -> UInt64 { monitor.locked { nextNumber() } }

  // MARK: Operations

  /// - Throws: ``HostError`` in the words of the disk's file.
  package func read(_ range: ByteRange) throws -> [UInt8] { try disk.read(range) }

  /// The extent that stands at a place; `nil` where nothing is known of it.
  package func extent(at byteOffset: UInt64) -> SparseExtent? { disk.extent(at: byteOffset) }

  /// - Parameters:
  ///   - submitted: a number of ``takeNumber()``.
  ///   - task: the client.
  /// - Throws: ``HostError`` where the disk's file refuses, ``RecorderError`` where the log does.
  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isDurable: Bool, submitted: UInt64, task: UInt32
  ) throws {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    let operation = DiskOperation(
      kind: .write(bytes), range: range, isDurable: isDurable, submitted: submitted, task: task)
    try carryOut(operation) { () throws(HostError) in try disk.write(bytes, at: byteOffset) }
  }

  /// The same for a short plain write, where it has to wait for no other operation: the system takes
  /// it into memory.
  ///
  /// - Returns: `false` where nothing was done.
  package func writeAtOnce(
    _ bytes: [UInt8], at byteOffset: UInt64, submitted: UInt64, task: UInt32
  ) throws -> Bool {
    guard bytes.count <= Self.shortByteCount else { return false }
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    let operation = DiskOperation(
      kind: .write(bytes), range: range, isDurable: false, submitted: submitted, task: task)
    let isFree = try monitor.locked { () throws(RecorderError) in
      if mustWait(operation) { return false }
      try begin(operation)
      return true
    }
    if isFree {
      try complete(operation) { () throws(HostError) in try disk.write(bytes, at: byteOffset) }
    }
    return isFree
  }

  /// Makes a range zero.
  ///
  /// - Parameters:
  ///   - isDiscard: whether its blocks are given back because nobody needs them; reads as zeroes too.
  ///   - keepsSpace: whether they stay.
  /// - Throws: as ``write(_:at:isDurable:submitted:task:)`` does.
  package func zero(
    _ range: ByteRange, isDiscard: Bool, keepsSpace: Bool, isDurable: Bool, submitted: UInt64,
    task: UInt32
  ) throws {
    let operation = DiskOperation(
      kind: isDiscard ? .discard : .zeroes, range: range, isDurable: isDurable,
      submitted: submitted, task: task)
    try carryOut(operation) { () throws(HostError) in
      try disk.zero(range, keepsSpace: keepsSpace)
    }
  }

  /// Makes what had completed before durable.
  ///
  /// - Throws: as ``write(_:at:isDurable:submitted:task:)`` does; then there is no FLUSH in the log.
  package func flush(task: UInt32) throws {
    let submitted = monitor.locked {
      let number = nextNumber()
      order.flushBegins(at: number)
      return number
    }
    do {
      try disk.sync()
    } catch {
      try monitor.locked { () throws(RecorderError) in
        try release(order.flushFails(submitted))
      }
      throw error
    }
    try monitor.locked { () throws(RecorderError) in
      let completed = nextNumber()
      let released = order.flushEnds(submitted)
      try release(released.before)
      try noting { () throws(RecorderError) in
        try writer.appendFlush(
          timing: EntryTiming(
            submissionIndex: submitted, completionIndex: completed, task: task))
        summary.flushCount += 1
        try count()
      }
      try release(released.after)
    }
  }

  /// Hands what was recorded so far to the system, so that no end of this process takes it away. What
  /// completed while a flush is in flight has no place yet and is not part of it.
  ///
  /// - Throws: ``RecorderError`` where there is no room for it.
  package func settle() throws {
    try monitor.locked { () throws(RecorderError) in
      try noting { () throws(RecorderError) in try log.flush() }
    }
  }

  /// Keeps the disk as it is now and says that the recording is complete. To be called once, when nobody
  /// uses the disk any more.
  package func finish() throws -> DiskRecordingSummary {
    try monitor.locked { () throws(RecorderError) in
      try noting { () throws(RecorderError) in try count() }
    }
    try SparseCopy.make(of: disk.path, at: "\(folder)/live.img", mode: mode)
    summary.isComplete = true
    try writeManifest()
    return summary
  }

  // MARK: Inside of the monitor

  private func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }

  /// Runs `change` on the log unless that has failed before.
  private func noting(_ change: () throws(RecorderError) -> Void) throws(RecorderError) {
    if let logFailure { throw logFailure }
    do throws(RecorderError) {
      try change()
    } catch {
      logFailure = error
      throw error
    }
  }

  private func begin(_ operation: DiskOperation) throws(RecorderError) {
    while mustWait(operation) {
      waiterCount += 1
      monitor.wait()
      waiterCount -= 1
    }
    if let logFailure { throw logFailure }
    ranges.insert(operation.range)
  }

  private func mustWait(_ operation: DiskOperation) -> Bool {
    ranges.overlap(operation.range) || heldByteCount >= Self.heldByteLimit
  }

  private func end(_ operation: DiskOperation) {
    ranges.remove(operation.range)
    if waiterCount > 0 { monitor.wakeAll() }
  }

  private func release(_ operations: [DiskOperation]) throws(RecorderError) {
    for operation in operations { heldByteCount -= operation.heldByteCount }
    if waiterCount > 0 { monitor.wakeAll() }
    for operation in operations { try append(operation) }
  }

  private func append(_ operation: DiskOperation) throws(RecorderError) {
    try noting { () throws(RecorderError) in
      let flags: EntryFlags = operation.isDurable ? .fua : []
      switch operation.kind {
      case .write(let bytes):
        try writer.appendWrite(
          bytes, at: operation.range.byteOffset, flags: flags, timing: operation.timing)
        summary.writeCount += 1
      case .zeroes:
        try writer.appendZeroes(operation.range, flags: flags, timing: operation.timing)
        summary.writeCount += 1
      case .discard:
        try writer.appendDiscard(operation.range, flags: flags, timing: operation.timing)
      }
      if operation.isDurable { try count() }
    }
  }

  /// Lets the superblock count what was appended, once that is there.
  private func count() throws(RecorderError) {
    try log.flush()
    try writer.finish()
    try log.flush()
    summary.entryCount = writer.entryCount
  }

  // MARK: Outside

  private func carryOut(
    _ operation: DiskOperation, _ change: () throws(HostError) -> Void
  ) throws {
    try monitor.locked { () throws(RecorderError) in try begin(operation) }
    try complete(operation, change)
  }

  /// Carries out what was begun.
  private func complete(
    _ operation: DiskOperation, _ change: () throws(HostError) -> Void
  ) throws {
    do throws(HostError) {
      try change()
      if operation.isDurable { try disk.sync() }
    } catch {
      monitor.locked {
        end(operation)
        summary.failedCount += 1
      }
      throw error
    }
    try monitor.locked { () throws(RecorderError) in
      var operation = operation
      operation.completed = nextNumber()
      end(operation)
      let placed = order.completed(operation, at: operation.completed)
      heldByteCount += operation.heldByteCount
      try release(placed)
    }
  }

  private func writeManifest() throws {
    try OutputFile.write(try describe(summary), to: "\(folder)/manifest.json", mode: mode)
  }
}
