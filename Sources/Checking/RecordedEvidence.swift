import Bytes
import CrashStates
import Workload
import WriteLog

extension Evidence {
  /// What a log alone tells: the promises from its marks, or where it has none those that it implies;
  /// the contents of writes from the entries themselves.
  ///
  /// - Parameter origin: who wrote the log; `nil` where the log shows it.
  /// - Throws: ``FormatError`` at a mark that is damaged.
  public init(
    recordedIn index: WriteLogIndex, history: DiskHistory, origin: LogOrigin? = nil
  ) throws(FormatError) {
    self.init(index: index, history: history)
    isWriterKnown = false
    if let marked = try ClientHistory(marksOf: index) {
      client = marked
      submittedUnits = Self.unitsOfEntries(Self.entriesByOperation(index), index)
    } else {
      client = ClientHistory(
        impliedBy: index, origin: origin ?? LogOrigin(recognizing: index))
      arePromisesImplied = true
      submittedUnits = { Self.unitHashes(of: index[Int($0.identifier / 2)], in: index.region) }
    }
  }

  private static func entriesByOperation(_ index: WriteLogIndex) -> [UInt64: Int] {
    var entryOfOperation: [UInt64: Int] = [:]
    for place in 0..<index.entryCount where index[place].kind == .write {
      if let operation = index[place].extension?.clientOperation {
        entryOfOperation[operation] = place
      }
    }
    return entryOfOperation
  }

  private static func unitsOfEntries(
    _ entryOfOperation: [UInt64: Int], _ index: WriteLogIndex
  ) -> @Sendable (ClientOperation) -> [Digest128] {
    { operation in
      // An operation without an entry is in no state that the log can give.
      entryOfOperation[operation.identifier].map { unitHashes(of: index[$0], in: index.region) }
        ?? []
    }
  }

  private static func unitHashes(of entry: LogEntry, in region: ByteRegion) -> [Digest128] {
    let unit = StateSum.unitByteCount
    return stride(from: entry.payloadRange.lowerBound, to: entry.payloadRange.upperBound, by: unit)
      .map { Checksum.xxh3Wide(region, in: $0..<$0 + unit) }
  }
}
