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
  /// When header and data were on stable media; `nil` if never.
  var stableAt: UInt64?

  /// Reads the headers out of the trace of a log device.
  ///
  /// A write behind sector 0 begins with a header; the zero region of a write-zeroes entry is the
  /// write-zeroes that the same client operation submitted.
  static func all(in trace: [DeviceOperation], sectorByteCount: UInt32) -> [WrittenHeader] {
    var zeroRegions: [UInt64: DeviceOperation] = [:]
    for operation in trace where operation.action == .writeZeroes {
      if let client = operation.clientOperation { zeroRegions[client] = operation }
    }
    let sector = UInt64(sectorByteCount)
    var headers: [WrittenHeader] = []
    for operation in trace
    where operation.action == .write && operation.range.byteOffset >= sector {
      guard let header = EntryHeader(parsing: operation.bytes) else { continue }
      let payload = header.payloadSectorCount.multipliedReportingOverflow(by: sector)
      let claimed = ByteRange(
        checking: operation.range.byteOffset,
        byteCount: payload.overflow ? .max : payload.partialValue &+ sector)
      var stableAt = operation.stableAt
      if let client = operation.clientOperation, let region = zeroRegions[client],
        !header.flags.contains(.mark)
      {
        stableAt = stableAt.flatMap { own in region.stableAt.map { max(own, $0) } }
      }
      headers.append(
        WrittenHeader(
          entryIndex: headers.count, headerByteOffset: Int(operation.range.byteOffset),
          header: header, claimedRange: claimed ?? operation.range,
          operation: operation.clientOperation, task: operation.task,
          submittedAt: operation.submittedAt, stableAt: stableAt))
    }
    return headers
  }
}
