import Bytes

/// One entry of a log, as the index hands it out.
public struct LogEntry: Equatable, Sendable {
  public enum Kind: Sendable {
    case write
    case discard
    case flush
    case mark
  }

  /// From zero.
  public var index: Int
  /// Where its header sector starts in the log file.
  public var headerByteOffset: Int
  public var header: EntryHeader
  public var `extension`: EntryExtension?
  public var sectorByteCount: UInt32

  public var flags: EntryFlags { header.flags }

  /// What it does to the device. A FLUSH with data (kernel logs) is a write that a flush precedes.
  ///
  /// A write of no sectors stays a write that does nothing: QEMU logs one for a request of length
  /// zero, and taking it for a flush would promise what nobody promised.
  public var kind: Kind {
    if flags.contains(.mark) { return .mark }
    if flags.contains(.discard) { return .discard }
    if header.sectorCount == 0 && flags.contains(.flush) { return .flush }
    return .write
  }

  /// The bytes of the device that it covers.
  @inlinable
  public var deviceRange: ByteRange {
    ByteRange(
      byteOffset: header.sector * UInt64(sectorByteCount),
      byteCount: header.sectorCount * UInt64(sectorByteCount))
  }

  /// Where its data stands in the log file; empty for DISCARD, MARK and FLUSH.
  public var payloadRange: Range<Int> {
    let start = headerByteOffset + Int(sectorByteCount)
    return start..<start + Int(header.payloadSectorCount) * Int(sectorByteCount)
  }

  /// Header and data, in the log file.
  public var logRange: Range<Int> { headerByteOffset..<payloadRange.upperBound }
}
