import Bytes
import Rules

/// One region of an image.
///
///     byte  0  16  guid        which region
///     byte 16   8  byteOffset  in the file; a multiple of 1 MiB, not 0
///     byte 24   4  byteCount   a multiple of 1 MiB
///     byte 28   4  flags       bit 0: required; the rest is zero
///
/// Source: [MS-VHDX] 2.2.3.2.
package struct RegionEntry: Equatable, Sendable {
  package static let byteCount = 32
  package static let blockTableGUID = GUID(low: 0x4200_f623_2dc2_7766, high: 0x084a_fd9b_5e11_649d)
  package static let metadataGUID = GUID(low: 0x4b9a_4790_8b7c_a206, high: 0x6e88_0f05_5f57_feb8)

  package var guid: GUID
  package var byteOffset: UInt64
  package var byteCount: UInt32
  /// A program that does not know a required region must refuse the image.
  package var isRequired: Bool

  package init(guid: GUID, byteOffset: UInt64, byteCount: UInt32, isRequired: Bool) {
    self.guid = guid
    self.byteOffset = byteOffset
    self.byteCount = byteCount
    self.isRequired = isRequired
  }

  /// - Precondition: the end fits into 64 bits, as it does in every table that was parsed.
  package var range: ByteRange {
    ByteRange(byteOffset: byteOffset, byteCount: UInt64(byteCount))
  }

  package var isKnown: Bool { guid == Self.blockTableGUID || guid == Self.metadataGUID }
}

/// Which regions an image has: 64 KiB, kept twice.
///
///     byte  0  4  signature   "regi"
///     byte  4  4  checksum    CRC-32C over all 64 KiB, these four as zero
///     byte  8  4  entryCount  2047 at most
///     byte 12  4  reserved    zero
///     byte 16  …  entries, 32 bytes each (``RegionEntry``); the rest is not looked at
///
/// Source: [MS-VHDX] 2.2.3.1; rules G01 to G05.
package struct RegionTable: Equatable, Sendable {
  package static let byteCount = 64 << 10
  package static let signature = Array("regi".utf8)
  package static let maximumEntryCount = 2047
  package static let headerByteCount = 16

  /// In the order of the file, unknown regions among them.
  package var entries: [RegionEntry]

  /// - Precondition: at most 2047 entries.
  package init(entries: [RegionEntry]) {
    precondition(
      entries.count <= Self.maximumEntryCount, "a region table has room for 2047 entries")
    self.entries = entries
  }

  /// Reads a table whose checksum, count and entries hold by themselves. What the regions must be
  /// to a file is checked by ``ImageRegions``.
  ///
  /// - Parameter byteOffset: where the bytes stand in the file.
  /// - Throws: ``FormatError`` at the first field that is missing or wrong.
  package init(parsing bytes: [UInt8], at byteOffset: UInt64) throws(FormatError) {
    let fields = try RegionTableFields(parsing: bytes, at: byteOffset)
    try fields.forEachDefect(FormatError.raise)
    entries = fields.entries.map(\.entry)
  }

  /// All 64 KiB, with their checksum.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    writer.write(UInt32(0))
    writer.write(UInt32(entries.count))
    writer.write(UInt32(0))
    for entry in entries {
      writer.write(entry.guid)
      writer.write(entry.byteOffset)
      writer.write(entry.byteCount)
      writer.write(UInt32(entry.isRequired ? 1 : 0))
    }
    writer.pad(toByteCount: Self.byteCount)
    var bytes = writer.bytes
    StructureChecksum.seal(&bytes)
    return bytes
  }

  package func entry(_ guid: GUID) -> RegionEntry? { entries.first { $0.guid == guid } }
}
