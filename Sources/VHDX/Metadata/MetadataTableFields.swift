import Bytes
import Rules

/// A metadata table whose signature holds, whatever its fields say.
///
/// Source: [MS-VHDX] 2.6.1; rules M01 to M06.
package struct MetadataTableFields {
  /// In the file.
  package let region: ByteRange
  /// 2047 at most, also where the table counts more.
  package let rows: [MetadataRow]
  private let header: [UInt8]
  private let countedRows: Int

  /// - Parameter region: inside of the file.
  /// - Throws: ``FormatError`` where no table stands there, or the file ends before it does (rule M01).
  package init(reading file: any ImageFile, region: ByteRange) throws(FormatError) {
    self.region = region
    let headerRange = ByteRange(
      byteOffset: region.byteOffset, byteCount: UInt64(MetadataTable.headerByteCount))
    header = try file.read("metadata", in: headerRange, breaking: .m01)
    try Signature.check(
      MetadataTable.signature, in: header, structure: "metadata", at: region.byteOffset,
      breaking: .m01)
    countedRows = Int(ByteRegion(header).load(at: 10, as: UInt16.self))
    let rowCount = min(countedRows, MetadataTable.maximumEntryCount)
    let bytes = try file.read(
      "metadata.entries",
      in: ByteRange(
        byteOffset: headerRange.endByteOffset,
        byteCount: UInt64(rowCount * MetadataEntry.byteCount)),
      breaking: .m01)
    var reader = ByteReader(ByteRegion(bytes), breaking: .m01)
    var rows: [MetadataRow] = []
    for index in 0..<rowCount {
      let (entry, reserved) = try MetadataEntry.fields(reading: &reader)
      rows.append(
        MetadataRow(
          index: index, entry: entry, reserved: reserved, regionByteOffset: region.byteOffset))
    }
    self.rows = rows
  }

  /// What is wrong with the table: its header, each row by itself, and the rows beside each other.
  package func forEachDefect<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    try forEachHeaderDefect(note)
    for row in rows { try row.forEachDefect(regionByteCount: region.byteCount, note) }
    try forEachListingDefect(note)
    try forEachOverlap(note)
  }

  private func forEachHeaderDefect<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let reserved = header.indices.first { header[$0] != 0 && ($0 == 8 || $0 == 9 || $0 >= 12) }
    if let reserved {
      try note(
        MetadataRow.problem(
          .m01, "reserved", region.byteOffset + UInt64(reserved), "0", header[reserved].hex))
    }
    if countedRows > MetadataTable.maximumEntryCount {
      try note(
        MetadataRow.problem(
          .m01, "entryCount", region.byteOffset + 10,
          "at most \(MetadataTable.maximumEntryCount)", "\(countedRows)"))
    }
  }

  private struct Identity: Hashable {
    var itemID: GUID
    var isUser: Bool
  }

  /// An item that is listed twice, a user item too many, and one that a program must know.
  private func forEachListingDefect<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    var seen = Set<Identity>()
    var userCount = 0
    for row in rows {
      let entry = row.entry
      if !seen.insert(Identity(itemID: entry.itemID, isUser: entry.isUser)).inserted {
        try note(
          MetadataRow.problem(
            .m04, "itemID", row.byteOffset, "an item that no entry before names",
            "\(entry.itemID)"))
      }
      userCount += entry.isUser ? 1 : 0
      if entry.isUser, userCount == MetadataTable.maximumUserEntryCount + 1 {
        try note(
          MetadataRow.problem(
            .m04, "userEntries", row.byteOffset + 24,
            "at most \(MetadataTable.maximumUserEntryCount) user items", "one more"))
      }
      if entry.isRequired, row.knownItem == nil {
        try note(
          MetadataRow.problem(
            .m06, "itemID", row.byteOffset, "a required item that this program knows",
            "\(entry.itemID)"))
      }
    }
  }

  private func forEachOverlap<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let filled = rows.filter { $0.entry.byteCount > 0 }
      .sorted { ($0.entry.byteOffset, $0.index) < ($1.entry.byteOffset, $1.index) }
    guard var widest = filled.first else { return }
    for next in filled.dropFirst() {
      if next.entry.range.overlaps(widest.entry.range) {
        try note(
          MetadataRow.problem(
            .m02, "byteOffset", next.byteOffset + 16,
            "an item apart from \(widest.name) at \(widest.entry.range) of the region",
            "\(next.name) at \(next.entry.range)"))
      }
      if next.entry.range.endByteOffset > widest.entry.range.endByteOffset { widest = next }
    }
  }
}

/// A row of the metadata table as it stands, and where.
///
/// Source: [MS-VHDX] 2.6.1.2; rules M02, M03 and M05.
package struct MetadataRow {
  var index: Int
  package var entry: MetadataEntry
  var reserved: UInt32
  var regionByteOffset: UInt64

  /// In the file.
  package var byteOffset: UInt64 {
    regionByteOffset
      + UInt64(MetadataTable.headerByteCount + index * MetadataEntry.byteCount)
  }

  /// `nil` for user items and for those that this program does not know.
  var knownItem: MetadataItem? { entry.isUser ? nil : MetadataItem(id: entry.itemID) }

  var name: String { knownItem.map { "the \($0.name)" } ?? "item \(entry.itemID)" }

  fileprivate func forEachDefect<Failure: Error>(
    regionByteCount: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if entry.byteCount > MetadataEntry.maximumItemByteCount {
      try note(
        Self.problem(
          .m03, "byteCount", byteOffset + 20,
          "at most \(MetadataEntry.maximumItemByteCount) for \(name)", "\(entry.byteCount)"))
    }
    if entry.byteCount == 0 {
      if entry.byteOffset != 0 {
        try note(
          Self.problem(
            .m03, "byteOffset", byteOffset + 16, "0 for an item without bytes",
            "\(entry.byteOffset)"))
      }
    } else if entry.byteOffset < UInt32(MetadataTable.byteCount)
      || entry.range.endByteOffset > regionByteCount
    {
      try note(
        Self.problem(
          .m02, "byteOffset", byteOffset + 16,
          "\(entry.byteCount) bytes between \(MetadataTable.byteCount) and the region's "
            + "\(regionByteCount)", "\(entry.byteOffset)"))
    }
    if entry.flags.rawValue > 7 {
      try note(
        Self.problem(
          .m05, "flags", byteOffset + 24, "bits 0 to 2 at most", entry.flags.rawValue.hex))
    }
    if reserved != 0 {
      try note(Self.problem(.m05, "entryReserved", byteOffset + 28, "0", reserved.hex))
    }
  }

  static func problem(
    _ rule: Rule, _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String
  ) -> FormatError {
    FormatError(
      .outOfRange, breaking: rule, field: "metadata.\(field)", at: byteOffset, expected: expected,
      found: found, hint: "The metadata table is damaged; it has no second copy.")
  }
}
