import Bytes

/// One change that a log entry carries.
package enum LogUpdate: Equatable, Sendable {
  case zero(ByteRange)
  /// 4096 bytes for a place that is a multiple of 4096.
  case data([UInt8], fileByteOffset: UInt64)
}

/// A log entry to be written: its updates and what its header says.
///
/// Source: [MS-VHDX] 2.3.1.
package struct LogEntry: Equatable, Sendable {
  package var logGUID: GUID
  package var sequenceNumber: UInt64
  package var tailByteOffset: UInt32
  package var flushedByteCount: UInt64
  package var lastByteCount: UInt64
  /// None in an empty entry, which starts a log or moves its tail.
  package var updates: [LogUpdate]

  package init(
    logGUID: GUID, sequenceNumber: UInt64, tailByteOffset: UInt32, flushedByteCount: UInt64,
    lastByteCount: UInt64, updates: [LogUpdate] = []
  ) {
    self.logGUID = logGUID
    self.sequenceNumber = sequenceNumber
    self.tailByteOffset = tailByteOffset
    self.flushedByteCount = flushedByteCount
    self.lastByteCount = lastByteCount
    self.updates = updates
  }

  /// How many bytes the entry takes in the ring: whole sectors.
  package var byteCount: UInt64 {
    let dataCount = updates.reduce(into: UInt64(0)) { if case .data = $1 { $0 += 1 } }
    let descriptors = LogEntryHeader.descriptorSectorCount(
      descriptorCount: UInt64(updates.count))
    return (descriptors + dataCount) * UInt64(LogRing.sectorByteCount)
  }

  /// The entry in one piece, with its checksum; where it wraps is for who writes it into a ring.
  ///
  /// - Precondition: the entry has at most 2^32 - 1 bytes.
  package func encode() -> [UInt8] {
    precondition(byteCount <= UInt64(UInt32.max), "an entry whose length fits into its header")
    var header = LogEntryHeader(
      entryByteCount: UInt32(byteCount), tailByteOffset: tailByteOffset,
      sequenceNumber: sequenceNumber, descriptorCount: UInt32(updates.count), logGUID: logGUID,
      flushedByteCount: flushedByteCount, lastByteCount: lastByteCount)
    let unsealed = encode(header)
    header.checksum = Checksum.crc32c(unsealed)
    return header.encode() + unsealed.dropFirst(LogEntryHeader.byteCount)
  }

  private func encode(_ header: LogEntryHeader) -> [UInt8] {
    var descriptors = ByteWriter()
    var sectors = ByteWriter()
    descriptors.write(header.encode())
    for update in updates {
      switch update {
      case .zero(let range):
        let descriptor = LogDescriptor(
          kind: .zero(byteCount: range.byteCount, reserved: 0), fileByteOffset: range.byteOffset,
          sequenceNumber: sequenceNumber)
        descriptors.write(descriptor.encode())
      case .data(let bytes, let fileByteOffset):
        let parts = LogDataSector.split(
          bytes, fileByteOffset: fileByteOffset, sequenceNumber: sequenceNumber)
        descriptors.write(parts.descriptor.encode())
        sectors.write(parts.sector)
      }
    }
    let area = LogEntryHeader.descriptorSectorCount(descriptorCount: UInt64(updates.count))
    descriptors.pad(toByteCount: Int(area) * LogRing.sectorByteCount)
    return descriptors.bytes + sectors.bytes
  }
}
