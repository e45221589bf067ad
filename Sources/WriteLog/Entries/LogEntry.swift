import Bytes

/// One entry of a log, as the index hands it out.
package struct LogEntry: Equatable, Sendable {
  package enum Kind: CaseIterable, Sendable {
    case write
    case discard
    case flush
    case mark
  }

  /// From zero.
  package var index: Int
  /// Where its header sector starts in the log file.
  package var headerByteOffset: Int
  package var header: EntryHeader
  package var `extension`: EntryExtension?
  package var sectorByteCount: UInt32

  package var flags: EntryFlags { header.flags }

  /// What it does to the device. A FLUSH with data (kernel logs) is a write that a flush precedes.
  ///
  /// A write of no sectors stays a write that does nothing: QEMU logs one for a request of length
  /// zero, and taking it for a flush would promise what nobody promised.
  package var kind: Kind {
    if flags.contains(.mark) { return .mark }
    if flags.contains(.discard) { return .discard }
    if header.sectorCount == 0 && flags.contains(.flush) { return .flush }
    return .write
  }

  /// The bytes of the device that it covers.
  @inlinable
  package var deviceRange: ByteRange {
    ByteRange(
      byteOffset: header.sector * UInt64(sectorByteCount),
      byteCount: header.sectorCount * UInt64(sectorByteCount))
  }

  /// Where its data stands in the log file; empty for DISCARD, MARK and FLUSH.
  package var payloadRange: Range<Int> {
    let start = headerByteOffset + Int(sectorByteCount)
    return start..<start + Int(header.payloadSectorCount) * Int(sectorByteCount)
  }

  /// Header and data, in the log file.
  package var logRange: Range<Int> { headerByteOffset..<payloadRange.upperBound }
}
