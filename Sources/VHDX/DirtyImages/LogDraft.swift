import Bytes

/// A log entry in the making, every field of which can be wrong.
struct LogDraft {
  /// Where it is put, in the ring.
  var ringByteOffset: UInt64
  var signature = LogEntryHeader.signature
  var header: LogEntryHeader
  var descriptors: [LogDescriptor]
  var sectors: [[UInt8]]
  /// Whether the checksum is right in the end.
  var isSealed = true

  /// - Precondition: an entry of at most 2^32 - 1 bytes.
  init(_ entry: LogEntry, at ringByteOffset: UInt64) {
    self.ringByteOffset = ringByteOffset
    descriptors = []
    sectors = []
    for update in entry.updates {
      switch update {
      case .zero(let range):
        descriptors.append(
          LogDescriptor(
            kind: .zero(byteCount: range.byteCount, reserved: 0),
            fileByteOffset: range.byteOffset, sequenceNumber: entry.sequenceNumber))
      case .data(let bytes, let fileByteOffset):
        let parts = LogDataSector.split(
          bytes, fileByteOffset: fileByteOffset, sequenceNumber: entry.sequenceNumber)
        descriptors.append(parts.descriptor)
        sectors.append(parts.sector)
      }
    }
    header = LogEntryHeader(
      entryByteCount: UInt32(entry.byteCount), tailByteOffset: entry.tailByteOffset,
      sequenceNumber: entry.sequenceNumber, descriptorCount: UInt32(entry.updates.count),
      logGUID: entry.logGUID, flushedByteCount: entry.flushedByteCount,
      lastByteCount: entry.lastByteCount)
  }

  /// How many bytes it really has.
  var byteCount: UInt64 {
    let area = LogEntryHeader.descriptorSectorCount(descriptorCount: UInt64(descriptors.count))
    return (area + UInt64(sectors.count)) * UInt64(LogRing.sectorByteCount)
  }

  /// Gives header, descriptors and data sectors another sequence number.
  mutating func renumber(_ sequenceNumber: UInt64) {
    header.sequenceNumber = sequenceNumber
    for index in descriptors.indices { descriptors[index].sequenceNumber = sequenceNumber }
    for index in sectors.indices { renumberSector(index, sequenceNumber) }
  }

  mutating func renumberSector(_ index: Int, _ sequenceNumber: UInt64) {
    var high = ByteWriter()
    high.write(UInt32(truncatingIfNeeded: sequenceNumber >> 32))
    var low = ByteWriter()
    low.write(UInt32(truncatingIfNeeded: sequenceNumber))
    sectors[index].replaceSubrange(4..<8, with: high.bytes)
    sectors[index].replaceSubrange(4092..<4096, with: low.bytes)
  }

  fileprivate func encode() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(signature + header.encode().dropFirst(signature.count))
    for descriptor in descriptors { writer.write(descriptor.encode()) }
    let area = LogEntryHeader.descriptorSectorCount(descriptorCount: UInt64(descriptors.count))
    writer.pad(toByteCount: Int(area) * LogRing.sectorByteCount)
    for sector in sectors { writer.write(sector) }
    return writer.bytes
  }
}

/// The bytes of a ring that drafts are put into; those that do not fit overwrite others.
struct RingDraft {
  private var bytes: SparseBytes

  init(byteCount: Int) {
    bytes = SparseBytes(byteCount: UInt64(byteCount))
  }

  /// - Precondition: the range does not wrap.
  func read(_ ringByteOffset: UInt64, _ byteCount: Int) -> [UInt8] {
    bytes.read(ByteRange(byteOffset: ringByteOffset, byteCount: UInt64(byteCount)))
  }

  /// Calls `body` with what was written, in pieces.
  func forEachPage(_ body: (_ bytes: [UInt8], _ ringByteOffset: UInt64) -> Void) {
    bytes.forEachPage { byteOffset, page in body(page, byteOffset) }
  }

  mutating func write(_ more: [UInt8], at ringByteOffset: UInt64) {
    let start = ringByteOffset % bytes.byteCount
    let part = min(more.count, Int(bytes.byteCount - start))
    bytes.write([UInt8](more[..<part]), at: start)
    if part < more.count { write([UInt8](more[part...]), at: 0) }
  }

  mutating func write(_ draft: LogDraft) {
    write(draft.encode(), at: draft.ringByteOffset)
  }

  /// Puts the checksum in that belongs to what now stands in the ring, also where the entry's length
  /// is wrong.
  mutating func seal(_ draft: LogDraft) {
    let start = draft.ringByteOffset
    let byteCount = max(UInt64(draft.header.entryByteCount), UInt64(LogRing.sectorByteCount))
    write([0, 0, 0, 0], at: start + 4)
    let part = min(byteCount, bytes.byteCount - start)
    var covered = read(start, Int(part))
    covered += read(0, Int(min(byteCount - part, start)))
    var checksum = ByteWriter()
    checksum.write(Checksum.crc32c(covered))
    write(checksum.bytes, at: draft.ringByteOffset + 4)
  }
}
