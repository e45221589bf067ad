import Bytes

/// The first sector of a dm-log-writes log: how many entries follow, and in which unit.
///
///     byte  0   8  magic            0x6a736677736872
///     byte  8   8  version          1
///     byte 16   8  entryCount
///     byte 24   4  sectorByteCount  unit of every sector number in the log
///
/// All fields are little-endian. The rest of the sector is zero.
///
/// Source: `struct log_write_super`, Linux drivers/md/dm-log-writes.c.
package struct Superblock: Equatable, Sendable {
  package static let byteCount = 28
  package static let magic: UInt64 = 0x6a_7366_7773_6872
  package static let version: UInt64 = 1
  /// The format has no upper bound. This one keeps the arithmetic on one header sector in reach of
  /// any machine; 8 MiB is the largest that QEMU's driver accepts as well.
  package static let allowedSectorByteCounts: ClosedRange<UInt32> = 512...(8 << 20)

  /// As the writer last put it down: it can be older than the entries in the file.
  package var entryCount: UInt64
  package var sectorByteCount: UInt32

  package init(entryCount: UInt64, sectorByteCount: UInt32) {
    precondition(Self.isAllowed(sectorByteCount), "a sector size that the format can have")
    self.entryCount = entryCount
    self.sectorByteCount = sectorByteCount
  }

  /// - Throws: ``FormatError`` at the first field that is missing or wrong.
  package init(parsing region: ByteRegion) throws(FormatError) {
    var reader = ByteReader(region, breaking: .l01)
    let magic: UInt64 = try reader.read("magic")
    guard magic == Self.magic else {
      throw FormatError(
        .wrongValue, breaking: .l01, field: "magic", at: 0, expected: Self.magic.hex,
        found: magic.hex,
        hint: "This is no dm-log-writes log: pass the log device, not the data device.")
    }
    let version: UInt64 = try reader.read("version")
    guard version == Self.version else {
      throw FormatError(
        .wrongValue, breaking: .l01, field: "version", at: 8, expected: "\(Self.version)",
        found: "\(version)",
        hint: "Only version 1 of the format exists; the superblock is damaged.")
    }
    entryCount = try reader.read("entryCount")
    sectorByteCount = try reader.read("sectorByteCount")
    guard Self.isAllowed(sectorByteCount) else {
      throw FormatError(
        .outOfRange, breaking: .l01, field: "sectorByteCount", at: 24,
        expected: "a power of two from 512 to \(Self.allowedSectorByteCounts.upperBound)",
        found: "\(sectorByteCount)",
        hint: "The superblock is damaged; no entry can be found without the sector size.")
    }
  }

  /// The whole sector, zeroes after the fields.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Int(sectorByteCount))
    writer.write(Self.magic)
    writer.write(Self.version)
    writer.write(entryCount)
    writer.write(sectorByteCount)
    writer.pad(toByteCount: Int(sectorByteCount))
    return writer.bytes
  }

  package static func isAllowed(_ sectorByteCount: UInt32) -> Bool {
    allowedSectorByteCounts.contains(sectorByteCount) && sectorByteCount.nonzeroBitCount == 1
  }
}
