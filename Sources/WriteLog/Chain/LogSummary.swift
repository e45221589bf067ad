import Bytes

/// What is in a log, in numbers: one pass over the headers, in constant memory.
package struct LogSummary: Equatable, Sendable {
  /// Entries of one kind.
  package struct Total: Equatable, Sendable {
    package var entryCount = 0
    /// Of the device; 0 for flushes and marks.
    package var byteCount: UInt64 = 0
  }

  package var fileByteCount: Int
  package var sectorByteCount: UInt32
  /// What the superblock says; `nil` where it was never written.
  package var countedEntryCount: UInt64?
  /// What the chain holds.
  package var entryCount: Int
  package var tail: LogTail
  /// See ``WriteLogIndex/foreignTailIdentity``.
  package var foreignTailIdentity: UInt64?
  package var problemCount: Int
  /// Where the chain ends in the file.
  package var endByteOffset: Int

  package var writes = Total()
  package var discards = Total()
  /// Entries that are a FLUSH and nothing else.
  package var flushes = Total()
  package var marks = Total()
  /// Writes and discards that a FLUSH precedes in the same entry, as kernel logs have them.
  package var flushWithDataCount = 0
  package var fuaCount = 0
  package var metadataCount = 0

  /// Marks in Powercut's grammar.
  package var clientMarkCount = 0
  /// Marks that start like Powercut's and go on differently.
  package var damagedClientMarkCount = 0
  /// Client operations that the marks begin and never end.
  package var unansweredOperationCount = 0

  /// Runs of writes and discards with a flush at their end, or the log's.
  package var epochCount = 0
  /// How many writes and discards the longest has.
  package var longestEpochEntryCount = 0
  /// The first entry of the longest epoch; `nil` without any.
  package var longestEpochFirstIndex: Int?
  /// Writes and discards after the last flush.
  package var unflushedEntryCount = 0

  /// The first byte after all that was written or discarded.
  package var deviceEndByteOffset: UInt64 = 0
  /// The largest write or discard.
  package var largestByteCount: UInt64 = 0
  /// The device's size by the last mark that says one.
  package var markedDeviceByteCount: UInt64?

  package var extensionCount = 0
  /// What the extensions say; `nil` where there is none.
  package var logIdentity: UInt64?
  /// Entries that were submitted before the entry in front of them had completed; known from
  /// extensions only.
  package var overlappingEntryCount = 0

  private var runningEpochFirstIndex = 0

  package init(of index: WriteLogIndex) {
    fileByteCount = index.region.byteCount
    sectorByteCount = index.sectorByteCount
    countedEntryCount = index.superblock?.entryCount
    entryCount = index.entryCount
    tail = index.tail
    foreignTailIdentity = index.foreignTailIdentity
    problemCount = index.problems.count
    endByteOffset = index.endByteOffset
    logIdentity = index.logIdentity
    var forgetting = PageForgetting(region: index.region)
    var lastCompletionIndex: UInt64?
    for place in 0..<index.entryCount {
      let entry = index[place]
      note(entry)
      if entry.kind == .mark { noteMark(index.text(of: entry)) }
      if let found = entry.extension {
        extensionCount += 1
        if let last = lastCompletionIndex, found.submissionIndex < last {
          overlappingEntryCount += 1
        }
      }
      lastCompletionIndex = entry.extension?.completionIndex
      forgetting.pass(entry.headerByteOffset)
    }
    closeEpoch()
  }

  private mutating func note(_ entry: LogEntry) {
    if entry.flags.contains(.fua) { fuaCount += 1 }
    if entry.flags.contains(.metadata) { metadataCount += 1 }
    if entry.flags.contains(.flush) { noteFlush() }
    switch entry.kind {
    case .write:
      writes.add(entry.deviceRange)
      noteChange(entry)
    case .discard:
      discards.add(entry.deviceRange)
      noteChange(entry)
    case .flush:
      flushes.entryCount += 1
    case .mark:
      marks.entryCount += 1
    }
  }

  /// The epoch that is running, counted into ``unflushedEntryCount``, ends here.
  private mutating func noteFlush() {
    closeEpoch()
    unflushedEntryCount = 0
  }

  private mutating func closeEpoch() {
    if unflushedEntryCount > 0 { epochCount += 1 }
  }

  private mutating func noteChange(_ entry: LogEntry) {
    if entry.flags.contains(.flush) { flushWithDataCount += 1 }
    if unflushedEntryCount == 0 { runningEpochFirstIndex = entry.index }
    unflushedEntryCount += 1
    if unflushedEntryCount > longestEpochEntryCount {
      longestEpochEntryCount = unflushedEntryCount
      longestEpochFirstIndex = runningEpochFirstIndex
    }
    largestByteCount = max(largestByteCount, entry.deviceRange.byteCount)
    if !entry.deviceRange.isEmpty {
      deviceEndByteOffset = max(deviceEndByteOffset, entry.deviceRange.endByteOffset)
    }
  }

  private mutating func noteMark(_ text: String) {
    do {
      guard let mark = try ClientMark(parsing: text, at: 0) else { return }
      clientMarkCount += 1
      switch mark {
      case .size(let byteCount): markedDeviceByteCount = byteCount
      case .begin: unansweredOperationCount += 1
      case .end: unansweredOperationCount = max(0, unansweredOperationCount - 1)
      case .got, .recovered: break
      }
    } catch {
      damagedClientMarkCount += 1
    }
  }
}

extension LogSummary.Total {
  fileprivate mutating func add(_ range: ByteRange) {
    entryCount += 1
    // Ranges come from a file; more than 2^64 bytes in all are beyond any use.
    let sum = byteCount.addingReportingOverflow(range.byteCount)
    byteCount = sum.overflow ? .max : sum.partialValue
  }
}
