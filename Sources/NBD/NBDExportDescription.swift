/// What a server tells a client of its export.
public struct NBDExportDescription: Equatable, Sendable {
  public var byteCount: UInt64
  public var isReadOnly: Bool
  public var canFlush: Bool
  public var canFUA: Bool
  public var canTrim: Bool
  public var canWriteZeroes: Bool
  /// Whether a flush on one connection covers what others were answered.
  public var isForMultipleConnections: Bool
  /// What every range is to be a multiple of, in bytes.
  public var minimumBlockByteCount: UInt32 = 1
  public var preferredBlockByteCount = NBDLimits.preferredBlockByteCount
  /// The longest read or write.
  public var maximumBlockByteCount = NBDLimits.maximumByteCount

  init(byteCount: UInt64, flags: NBDTransmissionFlags) {
    self.byteCount = byteCount
    isReadOnly = flags.contains(.readOnly)
    canFlush = flags.contains(.flush)
    canFUA = flags.contains(.fua)
    canTrim = flags.contains(.trim)
    canWriteZeroes = flags.contains(.writeZeroes)
    isForMultipleConnections = flags.contains(.multipleConnections)
  }
}
