import Bytes
import CrashStates
import Workload
import WriteLog

extension Evidence {
  /// What a log alone tells: the promises from its marks, the contents of writes from the entries whose
  /// extension names them.
  ///
  /// - Throws: ``FormatError`` at a mark that is damaged.
  public init(recordedIn index: WriteLogIndex, history: DiskHistory) throws(FormatError) {
    self.init(index: index, history: history)
    client = try ClientHistory(marksOf: index)
    guard client != nil else { return }
    var entryOfOperation: [UInt64: Int] = [:]
    for place in 0..<index.entryCount where index[place].kind == .write {
      if let operation = index[place].extension?.clientOperation {
        entryOfOperation[operation] = place
      }
    }
    submittedUnits = { [entryOfOperation] operation in
      guard let place = entryOfOperation[operation.identifier] else {
        // An operation without an entry is in no state that the log can give.
        return operation.range.units.map { _ in Digest128(low: 0, high: 0) }
      }
      return Self.unitHashes(of: index[place], in: index.region)
    }
  }

  private static func unitHashes(of entry: LogEntry, in region: ByteRegion) -> [Digest128] {
    let unit = StateSum.unitByteCount
    return stride(from: entry.payloadRange.lowerBound, to: entry.payloadRange.upperBound, by: unit)
      .map { Checksum.xxh3Wide(region, in: $0..<$0 + unit) }
  }
}
