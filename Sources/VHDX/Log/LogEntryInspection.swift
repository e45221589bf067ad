import Bytes

/// Looks at one place of a ring, whichever log its entry belongs to, as somebody does who watches a
/// writer: what is wrong with an entry counts as much as what it says.
///
/// Source: [MS-VHDX] 2.3.1; rules E01 to E11.
package struct LogEntryInspection {
  package enum Finding: Sendable {
    case entry(FoundLogEntry)
    case defect(LogEntryDefect)
  }

  package let ring: LogRing
  /// How many sectors were read so far; for whoever bounds the work on a hostile ring.
  package private(set) var readSectorCount: UInt64 = 0

  package init(ring: LogRing) {
    self.ring = ring
  }

  /// The header's fields as they stand; `nil` where the place does not start with "loge".
  package func header(at ringByteOffset: UInt64) -> LogEntryHeader? {
    let bytes = ring.sector(at: ringByteOffset, byteCount: LogEntryHeader.byteCount)
    guard bytes.starts(with: LogEntryHeader.signature) else { return nil }
    return LogEntryHeader(loading: ByteRegion(bytes), at: 0)
  }

  /// Checks the entry at a place by every rule that its own bytes can break.
  package mutating func inspect(at ringByteOffset: UInt64) -> Finding {
    let guid = header(at: ringByteOffset)?.logGUID ?? .zero
    var check = LogEntryCheck(ring: ring, logGUID: guid, profile: .exact)
    let verdict = check.verdict(at: ringByteOffset, required: nil)
    readSectorCount += check.readSectorCount
    switch verdict {
    case .valid(let entry): return .entry(entry)
    case .invalid(let defect), .fatal(let defect), .unsealed(let defect, _):
      return .defect(defect)
    case .discontinuous:
      preconditionFailure("no number was required")
    }
  }

  /// Calls `body` with each update of a valid entry: the sector's 4096 bytes, or a range of zeroes.
  package func forEachUpdate(of entry: FoundLogEntry, _ body: (LogUpdate) -> Void) {
    var cursor = DescriptorCursor(entry, ring: ring)
    var place = ring.advanced(
      entry.ringByteOffset,
      by: LogEntryHeader.descriptorSectorCount(
        descriptorCount: UInt64(entry.header.descriptorCount)) * UInt64(LogRing.sectorByteCount))
    while let next = cursor.next() {
      guard let descriptor = next.descriptor, let target = descriptor.target else { continue }
      switch descriptor.kind {
      case .zero: body(.zero(target))
      case .data(let leadingBytes, let trailingBytes):
        let sector = LogDataSector(ring.sector(at: place))
        body(
          .data(
            sector.update(leadingBytes: leadingBytes, trailingBytes: trailingBytes),
            fileByteOffset: descriptor.fileByteOffset))
        place = ring.advanced(place, by: UInt64(LogRing.sectorByteCount))
      }
    }
  }
}
