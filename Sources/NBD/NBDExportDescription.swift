/// What a server tells a client of its export.
package struct NBDExportDescription: Equatable, Sendable {
  package var byteCount: UInt64
  package var isReadOnly: Bool
  package var canFlush: Bool
  package var canFUA: Bool
  package var canTrim: Bool
  package var canWriteZeroes: Bool
  /// Whether a flush on one connection covers what others were answered.
  package var isForMultipleConnections: Bool
  /// What every range is to be a multiple of, in bytes.
  package var minimumBlockByteCount: UInt32 = 1
  package var preferredBlockByteCount = NBDLimits.preferredBlockByteCount
  /// The longest read or write.
  package var maximumBlockByteCount = NBDLimits.maximumByteCount

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
