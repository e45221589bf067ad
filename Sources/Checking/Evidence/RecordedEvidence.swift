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
  package init(
    recordedIn index: WriteLogIndex, history: DiskHistory, origin: LogOrigin? = nil
  ) throws(FormatError) {
    self.init(index: index, history: history)
    isWriterKnown = false
    if let marked = try ClientHistory(marksOf: index) {
      client = marked
      submittedUnits = Self.unitsOfEntries(Self.entriesByOperation(index, marked), index)
    } else {
      client = ClientHistory(
        impliedBy: index, origin: origin ?? LogOrigin(recognizing: index))
      arePromisesImplied = true
      submittedUnits = { Self.unitHashes(of: index[Int($0.identifier / 2)], in: index.region) }
    }
  }

  /// For each write of the client an entry with the bytes that it wrote, by the digest in its begin mark.
  /// An entry with other bytes says nothing of what was submitted.
  private static func entriesByOperation(
    _ index: WriteLogIndex, _ client: ClientHistory
  ) -> [UInt64: Int] {
    var entryOfOperation: [UInt64: Int] = [:]
    for place in 0..<index.entryCount where index[place].kind == .write {
      let entry = index[place]
      if let operation = entry.extension?.clientOperation,
        let record = client.record(of: operation), record.operation.action == .write,
        record.submittedDigest.map({ $0 == Checksum.xxh3(index.region, in: entry.payloadRange) })
          ?? true
      {
        entryOfOperation[operation] = place
      }
    }
    return entryOfOperation
  }

  private static func unitsOfEntries(
    _ entryOfOperation: [UInt64: Int], _ index: WriteLogIndex
  ) -> @Sendable (ClientOperation) -> [Digest128] {
    { operation in
      // An operation without an entry of its own bytes is in no state that the log can give.
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
