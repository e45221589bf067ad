import Bytes

/// The log's place in the file, read as a ring of 4096-byte sectors.
///
/// Source: [MS-VHDX] 2.3.
package struct LogRing {
  package static let sectorByteCount = 4096

  package let file: any ImageFile
  package let range: ByteRange

  /// - Precondition: whole sectors, at least one. What lies beyond the file's end reads as zeroes.
  package init(_ file: any ImageFile, range: ByteRange) {
    precondition(
      range.byteCount >= UInt64(Self.sectorByteCount)
        && range.byteCount % UInt64(Self.sectorByteCount) == 0, "a ring of whole sectors")
    self.file = file
    self.range = range
  }

  package var byteCount: UInt64 { range.byteCount }
  package var sectorCount: UInt64 { byteCount / UInt64(Self.sectorByteCount) }

  /// The place in the ring that lies `byteCount` bytes after `ringByteOffset`.
  package func advanced(_ ringByteOffset: UInt64, by moreByteCount: UInt64) -> UInt64 {
    (ringByteOffset + moreByteCount) % byteCount
  }

  /// Where in the file a place of the ring is.
  package func fileByteOffset(_ ringByteOffset: UInt64) -> UInt64 {
    range.byteOffset + ringByteOffset % byteCount
  }

  /// The first bytes of the sector at `ringByteOffset`, which is a multiple of 4096.
  func sector(at ringByteOffset: UInt64, byteCount: Int = sectorByteCount) -> [UInt8] {
    let start = fileByteOffset(ringByteOffset)
    let end = min(start + UInt64(byteCount), max(start, file.byteCount))
    let found = end > start ? file.read(ByteRange(byteOffset: start, byteCount: end - start)) : []
    if found.count == byteCount { return found }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    bytes.overwrite(at: 0, with: found, 0..<found.count)
    return bytes
  }

  /// How many sectors from `ringByteOffset` to the ring's end are known to be zero without reading.
  func knownZeroSectorCount(at ringByteOffset: UInt64) -> UInt64 {
    let rest = byteCount - ringByteOffset % byteCount
    let start = fileByteOffset(ringByteOffset)
    guard start < file.byteCount else { return rest / UInt64(Self.sectorByteCount) }
    let zeroByteCount = min(file.knownZeroByteCount(at: start), rest)
    return zeroByteCount / UInt64(Self.sectorByteCount)
  }

  /// CRC-32C over `entryByteCount` bytes from `ringByteOffset` on, over the ring's end where the
  /// entry wraps, with the checksum field as zero.
  ///
  /// Source: [MS-VHDX] 2.3.1.1.
  func checksum(ofEntryAt ringByteOffset: UInt64, entryByteCount: UInt64) -> UInt32 {
    var checksum: UInt32 = 0
    var doneByteCount: UInt64 = 0
    while doneByteCount < entryByteCount {
      var bytes = sector(at: advanced(ringByteOffset, by: doneByteCount))
      if doneByteCount == 0 {
        let field = LogEntryHeader.checksumByteOffset
        for index in field..<field + 4 { bytes[index] = 0 }
      }
      checksum = Checksum.crc32c(bytes, after: checksum)
      doneByteCount += UInt64(bytes.count)
    }
    return checksum
  }
}
