import BlockDevice
import Bytes
import WriteLog

/// A header that a simulated logger put on its log device, whether or not the chain leads there.
struct WrittenHeader: Sendable {
  /// In the order in which places were taken, from zero: the entry's index.
  var entryIndex: Int
  var headerByteOffset: Int
  var header: EntryHeader
  /// What the header claims in the log file: itself and its data.
  var claimedRange: ByteRange
  var operation: UInt64?
  var task: Int
  var submittedAt: UInt64
  /// When the device had taken header and data; `nil` if never.
  var completedAt: UInt64?
  /// When header and data were on stable media; `nil` if never.
  var stableAt: UInt64?

  /// Reads the headers out of the trace of a log device.
  ///
  /// A write after sector 0 begins with a header; the zero region of a write-zeroes entry is the
  /// write-zeroes that the same client operation submitted next on the same task.
  static func all(in trace: [DeviceOperation], sectorByteCount: UInt32) -> [WrittenHeader] {
    let sector = UInt64(sectorByteCount)
    var headers: [WrittenHeader] = []
    var latestOfOperation: [Submitter: Int] = [:]
    for operation in trace
    where operation.action == .writeZeroes
      || operation.action == .write && operation.range.byteOffset >= sector
    {
      let submitter = Submitter(operation: operation.clientOperation, task: operation.task)
      if operation.action == .writeZeroes {
        if let place = latestOfOperation.removeValue(forKey: submitter) {
          headers[place].stableAt = later(headers[place].stableAt, operation.stableAt)
          headers[place].completedAt = later(headers[place].completedAt, operation.takenAt)
        }
        continue
      }
      guard let header = EntryHeader(parsing: operation.bytes) else { continue }
      let payload = header.payloadSectorCount.multipliedReportingOverflow(by: sector)
      let claimed = ByteRange(
        checking: operation.range.byteOffset,
        byteCount: payload.overflow ? .max : payload.partialValue &+ sector)
      if !header.flags.contains(.mark) { latestOfOperation[submitter] = headers.count }
      headers.append(
        WrittenHeader(
          entryIndex: headers.count, headerByteOffset: Int(operation.range.byteOffset),
          header: header, claimedRange: claimed ?? operation.range,
          operation: operation.clientOperation, task: operation.task,
          submittedAt: operation.submittedAt, completedAt: operation.takenAt,
          stableAt: operation.stableAt))
    }
    return headers
  }

  /// When both have happened.
  private static func later(_ one: UInt64?, _ other: UInt64?) -> UInt64? {
    one.flatMap { one in other.map { max(one, $0) } }
  }

  private struct Submitter: Hashable {
    var operation: UInt64?
    var task: Int
  }
}

extension [WrittenHeader] {
  /// The header that each operation of the client wrote; marks are left out.
  var byOperation: [UInt64: WrittenHeader] {
    var headers: [UInt64: WrittenHeader] = [:]
    for header in self where !header.header.flags.contains(.mark) {
      if let operation = header.operation { headers[operation] = header }
    }
    return headers
  }
}

extension DeviceOperation {
  /// When the device had carried it out; `nil` where it did not.
  fileprivate var takenAt: UInt64? { error == nil ? completedAt : nil }
}
