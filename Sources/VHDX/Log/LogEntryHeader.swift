import Bytes

/// The first 64 bytes of a log entry.
///
///     byte  0   4  signature           "loge"
///     byte  4   4  checksum            CRC-32C over entryByteCount bytes, these four as zero
///     byte  8   4  entryByteCount      whole 4096-byte sectors: descriptors, then data sectors
///     byte 12   4  tailByteOffset      in the ring: the oldest entry that replay needs
///     byte 16   8  sequenceNumber      above 0; one more than that of the entry in front
///     byte 24   4  descriptorCount
///     byte 28   4  reserved            zero
///     byte 32  16  logGUID             that of the current header
///     byte 48   8  flushedByteCount    the file is at least this long once the entry is stable
///     byte 56   8  lastByteCount       the length that holds every structure
///
/// All numbers are little-endian.
///
/// Source: [MS-VHDX] 2.3.1.1 (v20240423), with FlushedFileOffset and LastFileOffset as the last two.
package struct LogEntryHeader: Equatable, Sendable {
  package static let byteCount = 64
  package static let signature = Array("loge".utf8)
  static let checksumByteOffset = 4

  package var checksum: UInt32 = 0
  package var entryByteCount: UInt32
  package var tailByteOffset: UInt32
  package var sequenceNumber: UInt64
  package var descriptorCount: UInt32
  package var reserved: UInt32 = 0
  package var logGUID: GUID
  package var flushedByteCount: UInt64
  package var lastByteCount: UInt64

  /// The fields as they stand, without the signature.
  ///
  /// - Precondition: the region holds 64 bytes from `byteOffset` on.
  init(loading region: ByteRegion, at byteOffset: Int) {
    checksum = region.load(at: byteOffset + 4, as: UInt32.self)
    entryByteCount = region.load(at: byteOffset + 8, as: UInt32.self)
    tailByteOffset = region.load(at: byteOffset + 12, as: UInt32.self)
    sequenceNumber = region.load(at: byteOffset + 16, as: UInt64.self)
    descriptorCount = region.load(at: byteOffset + 24, as: UInt32.self)
    reserved = region.load(at: byteOffset + 28, as: UInt32.self)
    logGUID = GUID(loading: region, at: byteOffset + 32)
    flushedByteCount = region.load(at: byteOffset + 48, as: UInt64.self)
    lastByteCount = region.load(at: byteOffset + 56, as: UInt64.self)
  }

  package init(
    entryByteCount: UInt32, tailByteOffset: UInt32, sequenceNumber: UInt64,
    descriptorCount: UInt32, logGUID: GUID, flushedByteCount: UInt64, lastByteCount: UInt64
  ) {
    self.entryByteCount = entryByteCount
    self.tailByteOffset = tailByteOffset
    self.sequenceNumber = sequenceNumber
    self.descriptorCount = descriptorCount
    self.logGUID = logGUID
    self.flushedByteCount = flushedByteCount
    self.lastByteCount = lastByteCount
  }

  /// How many sectors `descriptorCount` descriptors take after the header: 126 fit into the first,
  /// 128 into each later one.
  ///
  /// Source: [MS-VHDX] 2.3.1.
  package static func descriptorSectorCount(descriptorCount: UInt64) -> UInt64 {
    let sector = UInt64(LogRing.sectorByteCount)
    let (area, overflow) = descriptorCount.multipliedReportingOverflow(
      by: UInt64(LogDescriptor.byteCount))
    precondition(!overflow && area < .max - 2 * sector, "a count that a header can hold")
    return (UInt64(byteCount) + area + sector - 1) / sector
  }

  /// The 64 bytes as the fields say; the checksum is the field's.
  func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    writer.write(checksum)
    writer.write(entryByteCount)
    writer.write(tailByteOffset)
    writer.write(sequenceNumber)
    writer.write(descriptorCount)
    writer.write(reserved)
    writer.write(logGUID)
    writer.write(flushedByteCount)
    writer.write(lastByteCount)
    return writer.bytes
  }
}
