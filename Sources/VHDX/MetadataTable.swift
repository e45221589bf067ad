import Bytes

/// What is known of the disk: the first 64 KiB of the metadata region.
///
///     byte  0   8  signature   "metadata"
///     byte  8   2  reserved    zero
///     byte 10   2  entryCount  2047 at most, 1024 of them user items
///     byte 12  20  reserved    zero
///     byte 32   …  entries, 32 bytes each (``MetadataEntry``); the rest is not looked at
///
/// Nothing in this region has a checksum.
///
/// Source: [MS-VHDX] 2.6.1.1; rules M01 to M06.
package struct MetadataTable: Equatable, Sendable {
  package static let byteCount = 64 << 10
  package static let signature = Array("metadata".utf8)
  package static let maximumEntryCount = 2047
  package static let maximumUserEntryCount = 1024
  package static let headerByteCount = 32

  /// In the order of the file, user items and unknown ones among them.
  package var entries: [MetadataEntry]

  /// - Precondition: at most 2047 entries.
  package init(entries: [MetadataEntry]) {
    precondition(entries.count <= Self.maximumEntryCount, "a metadata table has 2047 entries")
    self.entries = entries
  }

  /// Reads the table of `region`, which must lie inside of the file.
  ///
  /// - Throws: ``FormatError`` at the first field that is missing or wrong, at an item that lies on
  ///   another one, and at a required item that this program does not know.
  package init(
    reading file: any ImageFile, region: ByteRange
  ) throws(FormatError) {
    let headerRange = ByteRange(
      byteOffset: region.byteOffset, byteCount: UInt64(Self.headerByteCount))
    let entryCount = try Self.entryCount(
      of: file.read("metadata", in: headerRange, breaking: .m01), at: region.byteOffset)
    let bytes = try file.read(
      "metadata.entries",
      in: ByteRange(
        byteOffset: headerRange.endByteOffset,
        byteCount: UInt64(entryCount * MetadataEntry.byteCount)),
      breaking: .m01)
    var reader = ByteReader(ByteRegion(bytes), breaking: .m01)
    entries = []
    entries.reserveCapacity(entryCount)
    for _ in 0..<entryCount {
      let place = headerRange.endByteOffset + UInt64(reader.byteOffset)
      entries.append(
        try MetadataEntry(reading: &reader, at: place, regionByteCount: region.byteCount))
    }
    try check(at: headerRange.endByteOffset)
  }

  /// The table's first 64 KiB.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(Self.signature)
    writer.write(UInt16(0))
    writer.write(UInt16(entries.count))
    writer.pad(toByteCount: Self.headerByteCount)
    for entry in entries {
      writer.write(entry.itemID)
      writer.write(entry.byteOffset)
      writer.write(entry.byteCount)
      writer.write(entry.flags.rawValue)
      writer.write(UInt32(0))
    }
    writer.pad(toByteCount: Self.byteCount)
    return writer.bytes
  }

  /// A system item; user items may have the same identifier and are others.
  package func entry(_ item: MetadataItem) -> MetadataEntry? {
    entries.first { $0.itemID == item.id && !$0.isUser }
  }

  private static func entryCount(
    of header: [UInt8], at byteOffset: UInt64
  ) throws(FormatError) -> Int {
    try Signature.check(
      Self.signature, in: header, structure: "metadata", at: byteOffset, breaking: .m01)
    var reader = ByteReader(ByteRegion(header), at: 8, breaking: .m01)
    let reserved: UInt16 = try reader.read("metadata.reserved")
    let entryCount: UInt16 = try reader.read("metadata.entryCount")
    let rest = header.indices.filter { $0 >= 12 && header[$0] != 0 }
    guard reserved == 0 && rest.isEmpty else {
      let place = reserved != 0 ? 8 : rest.first ?? 12
      throw MetadataEntry.problem(
        .m01, "reserved", byteOffset + UInt64(place), "0", header[place].hex)
    }
    guard entryCount <= maximumEntryCount else {
      throw MetadataEntry.problem(
        .m01, "entryCount", byteOffset + 10, "at most \(maximumEntryCount)", "\(entryCount)")
    }
    return Int(entryCount)
  }

  private func check(at byteOffset: UInt64) throws(FormatError) {
    struct Identity: Hashable {
      var itemID: GUID
      var isUser: Bool
    }
    var seen = Set<Identity>()
    var userEntryCount = 0
    for (index, entry) in entries.enumerated() {
      let place = byteOffset + UInt64(index * MetadataEntry.byteCount)
      guard seen.insert(Identity(itemID: entry.itemID, isUser: entry.isUser)).inserted else {
        throw MetadataEntry.problem(
          .m04, "itemID", place, "an item that no entry before names", "\(entry.itemID)",
          kind: .wrongValue)
      }
      userEntryCount += entry.isUser ? 1 : 0
      guard userEntryCount <= Self.maximumUserEntryCount else {
        throw MetadataEntry.problem(
          .m04, "userEntries", place + 24, "at most \(Self.maximumUserEntryCount) user items",
          "one more")
      }
      let isKnown = !entry.isUser && MetadataItem(id: entry.itemID) != nil
      guard isKnown || !entry.isRequired else {
        throw MetadataEntry.problem(
          .m06, "itemID", place, "a required item that this program knows", "\(entry.itemID)")
      }
    }
    try checkDisjoint(at: byteOffset)
  }

  private func checkDisjoint(at byteOffset: UInt64) throws(FormatError) {
    let filled = entries.indices.filter { entries[$0].byteCount > 0 }
      .sorted { entries[$0].byteOffset < entries[$1].byteOffset }
    for (index, next) in zip(filled, filled.dropFirst())
    where entries[index].range.overlaps(entries[next].range) {
      throw MetadataEntry.problem(
        .m02, "byteOffset", byteOffset + UInt64(next * MetadataEntry.byteCount + 16),
        "an item apart from \(entries[index].range)", "\(entries[next].range)")
    }
  }
}
