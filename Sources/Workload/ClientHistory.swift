import Bytes
import WriteLog

/// What was submitted and what was acknowledged, and at which point of the log.
///
/// A run of the simulated stack keeps it as it goes; the marks of a log give the same (``init(marksOf:)``).
package struct ClientHistory: Sendable {
  /// One client operation and its fate.
  package struct Record: Hashable, Sendable {
    package var operation: ClientOperation
    /// XXH3-64 of the data of a write.
    package var contentsDigest: UInt64
    /// The places of begin and end among all events of the history.
    package var beganAt: Int
    package var endedAt: Int?
    /// How many entries the log had at these moments.
    package var entryCountAtBegin: Int
    package var entryCountAtEnd: Int?
    /// Event numbers of the simulation, where there was one.
    package var beganAtEvent: UInt64?
    package var endedAtEvent: UInt64?
    /// Of a read: what it returned, where that is known.
    package var readContents: ReadContents?
    /// The error it was refused with.
    package var errorName: String?

    package var isAcknowledged: Bool { endedAt != nil && errorName == nil }
  }

  /// In the order in which they were submitted.
  package private(set) var records: [Record] = []
  private var eventCount = 0
  private var placeOfOperation: [UInt64: Int] = [:]

  package init() {}

  /// Reads the marks of a log; `nil` where it carries none of Powercut's.
  ///
  /// - Throws: ``FormatError`` at a mark that starts like one of ours and goes on differently.
  package init?(marksOf index: WriteLogIndex) throws(FormatError) {
    for place in 0..<index.entryCount {
      let entry = index[place]
      guard entry.kind == .mark,
        let mark = try ClientMark(
          parsing: index.text(of: entry), at: UInt64(entry.headerByteOffset + EntryHeader.byteCount)
        )
      else { continue }
      switch mark {
      case .begin(let operation, let action, let range, let contents, let isFUA):
        let task = Int(entry.extension?.task ?? 0)
        begin(
          ClientOperation(
            identifier: operation, task: task, action: action, range: range, isFUA: isFUA),
          contentsDigest: contents, entryCount: place)
      case .got(let operation, let contents): got(operation, contents)
      case .end(let operation, let errorName):
        end(operation, errorName: errorName, entryCount: place)
        try checkContents(ofRead: operation, entry)
      case .size, .recovered: continue
      }
    }
    if records.isEmpty { return nil }
  }

  package mutating func begin(
    _ operation: ClientOperation, contentsDigest: UInt64 = 0, entryCount: Int, event: UInt64? = nil
  ) {
    placeOfOperation[operation.identifier] = records.count
    records.append(
      Record(
        operation: operation, contentsDigest: contentsDigest, beganAt: eventCount,
        entryCountAtBegin: entryCount, beganAtEvent: event))
    eventCount += 1
  }

  /// Notes the answer; one to an operation that never began is passed over.
  package mutating func end(
    _ operation: UInt64, errorName: String? = nil, entryCount: Int, event: UInt64? = nil
  ) {
    guard let place = placeOfOperation[operation] else { return }
    records[place].endedAt = eventCount
    records[place].entryCountAtEnd = entryCount
    records[place].endedAtEvent = event
    records[place].errorName = errorName
    eventCount += 1
  }

  /// Notes what a read returned, or the next part of that, before its answer.
  package mutating func got(_ operation: UInt64, _ contents: ReadContents) {
    guard let place = placeOfOperation[operation], records[place].endedAt == nil else { return }
    var all = records[place].readContents ?? ReadContents()
    all.append(contents)
    records[place].readContents = all
  }

  /// What a read returned is as long as what was asked for.
  private func checkContents(ofRead operation: UInt64, _ entry: LogEntry) throws(FormatError) {
    guard let record = record(of: operation), let contents = record.readContents else { return }
    let isRead = record.operation.action == .read
    let units = isRead ? record.operation.range.units : 0..<0
    guard contents.unitCount == UInt64(units.count) else {
      throw FormatError(
        .wrongValue, field: "text", at: UInt64(entry.headerByteOffset + EntryHeader.byteCount),
        expected: "\(units.count) units of 512 bytes as what \(record.operation) returned",
        found: "\(contents.unitCount)",
        hint: "The marks 'pc1 got \(operation) …' before this one were changed or lost.")
    }
  }

  /// The counts of log entries at which a close was acknowledged.
  package var closedCuts: [Int] {
    records.filter { $0.operation.action == .close && $0.isAcknowledged }
      .compactMap(\.entryCountAtEnd)
  }

  /// The record of an operation, by its identifier.
  package func record(of operation: UInt64) -> Record? {
    placeOfOperation[operation].map { records[$0] }
  }
}
