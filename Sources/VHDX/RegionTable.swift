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
    var reader = try RegionTableFields.reader(bytes, at: byteOffset)
    let entryCount: UInt32 = try reader.read("regionTable.entryCount")
    guard entryCount <= Self.maximumEntryCount else {
      throw FormatError(
        .outOfRange, breaking: .g02, field: "regionTable.entryCount", at: byteOffset + 8,
        expected: "at most \(Self.maximumEntryCount)", found: "\(entryCount)",
        hint: "The table was written wrongly; compare it with its other copy.")
    }
    let reserved: UInt32 = try reader.read("regionTable.reserved")
    guard reserved == 0 else {
      throw FormatError(
        .wrongValue, breaking: .g02, field: "regionTable.reserved", at: byteOffset + 12,
        expected: "0",
        found: reserved.hex, hint: "The table was written wrongly; compare it with its other copy.")
    }
    entries = []
    entries.reserveCapacity(Int(entryCount))
    var seen = Set<GUID>()
    for _ in 0..<entryCount {
      let entryByteOffset = byteOffset + UInt64(reader.byteOffset)
      let entry = try RegionEntry(reading: &reader, at: entryByteOffset)
      guard seen.insert(entry.guid).inserted else {
        throw FormatError(
          .wrongValue, breaking: .g03, field: "region.guid", at: entryByteOffset,
          expected: "a region that no entry before names", found: "\(entry.guid)",
          hint: "Two entries for one region contradict each other.")
      }
      entries.append(entry)
    }
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

/// An entry of the region table as it stands, whatever its fields say.
package struct RegionEntryFields: Hashable, Sendable {
  package var guid: GUID
  package var byteOffset: UInt64
  package var byteCount: UInt32
  package var flags: UInt32

  /// - Throws: ``FormatError`` where the bytes end before the entry does.
  init(reading reader: inout ByteReader) throws(FormatError) {
    guid = try reader.readGUID("region.guid")
    byteOffset = try reader.read("region.byteOffset")
    byteCount = try reader.read("region.byteCount")
    flags = try reader.read("region.flags")
  }

  package var isRequired: Bool { flags & 1 != 0 }
  /// `nil` where the end does not fit into 64 bits.
  package var range: ByteRange? {
    ByteRange(checking: byteOffset, byteCount: UInt64(byteCount))
  }
  package var entry: RegionEntry {
    RegionEntry(guid: guid, byteOffset: byteOffset, byteCount: byteCount, isRequired: isRequired)
  }
}

/// A region table whose signature and checksum hold, whatever its fields say.
package struct RegionTableFields: Hashable, Sendable {
  package var entryCount: UInt32
  package var reserved: UInt32
  /// In the order of the file; 2047 at most, also where ``entryCount`` is larger.
  package var entries: [RegionEntryFields]

  /// - Throws: ``FormatError`` where the bytes are no table.
  package init(parsing bytes: [UInt8], at byteOffset: UInt64) throws(FormatError) {
    var reader = try Self.reader(bytes, at: byteOffset)
    entryCount = try reader.read("regionTable.entryCount")
    reserved = try reader.read("regionTable.reserved")
    entries = []
    for _ in 0..<min(Int(entryCount), RegionTable.maximumEntryCount) {
      entries.append(try RegionEntryFields(reading: &reader))
    }
  }

  /// A reader behind the checksum, which holds.
  fileprivate static func reader(
    _ bytes: [UInt8], at byteOffset: UInt64
  ) throws(FormatError) -> ByteReader {
    guard bytes.count >= RegionTable.byteCount else {
      throw FormatError(
        .truncated, breaking: .g01, field: "regionTable", at: byteOffset,
        expected: "\(RegionTable.byteCount) bytes", found: "\(bytes.count)",
        hint: "The image ends inside of its header section.")
    }
    let bytes =
      bytes.count == RegionTable.byteCount ? bytes : [UInt8](bytes.prefix(RegionTable.byteCount))
    try Signature.check(
      RegionTable.signature, in: bytes, structure: "regionTable", at: byteOffset, breaking: .g01)
    var reader = ByteReader(ByteRegion(bytes), at: RegionTable.signature.count, breaking: .g01)
    let checksum: UInt32 = try reader.read("regionTable.checksum")
    try StructureChecksum.check(
      bytes, found: checksum, structure: "regionTable", at: byteOffset, breaking: .g01)
    return reader
  }
}

extension RegionEntry {
  fileprivate init(reading reader: inout ByteReader, at place: UInt64) throws(FormatError) {
    let fields = try RegionEntryFields(reading: &reader)
    guid = fields.guid
    byteOffset = fields.byteOffset
    byteCount = fields.byteCount
    let flags = fields.flags
    guard byteOffset % mebibyteByteCount == 0, byteOffset >= mebibyteByteCount else {
      throw Self.problem(
        .g04, "byteOffset", place + 16, "a multiple of \(mebibyteByteCount), and not 0",
        "\(byteOffset)")
    }
    guard UInt64(byteCount) % mebibyteByteCount == 0, byteCount > 0 else {
      throw Self.problem(
        .g04, "byteCount", place + 24, "a multiple of \(mebibyteByteCount), and not 0",
        "\(byteCount)")
    }
    guard ByteRange(checking: byteOffset, byteCount: UInt64(byteCount)) != nil else {
      throw Self.problem(
        .g05, "byteOffset", place + 16, "an end below 2^64", "\(byteOffset) + \(byteCount)",
        kind: .truncated)
    }
    guard flags <= 1 else {
      throw Self.problem(.g02, "flags", place + 28, "bit 0 (required) at most", flags.hex)
    }
    isRequired = flags == 1
  }

  private static func problem(
    _ rule: Rule, _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String,
    kind: FormatError.Kind = .outOfRange
  ) -> FormatError {
    FormatError(
      kind, breaking: rule, field: "region.\(field)", at: byteOffset, expected: expected,
      found: found,
      hint: "The table was written wrongly; compare it with its other copy.")
  }
}
