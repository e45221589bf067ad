import Bytes
import Rules

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

  init(_ entry: RegionEntry) {
    guid = entry.guid
    byteOffset = entry.byteOffset
    byteCount = entry.byteCount
    flags = entry.isRequired ? 1 : 0
  }

  package var isRequired: Bool { flags & 1 != 0 }
  package var isKnown: Bool { entry.isKnown }
  /// `nil` where the end does not fit into 64 bits.
  package var range: ByteRange? {
    ByteRange(checking: byteOffset, byteCount: UInt64(byteCount))
  }
  package var entry: RegionEntry {
    RegionEntry(guid: guid, byteOffset: byteOffset, byteCount: byteCount, isRequired: isRequired)
  }

  /// How a report names the region.
  package var name: String {
    switch guid {
    case RegionEntry.blockTableGUID: "the block table region"
    case RegionEntry.metadataGUID: "the metadata region"
    default: "region \(guid)"
    }
  }

  /// What is wrong with the entry by itself.
  ///
  /// - Parameter place: where the entry stands in the file.
  fileprivate func forEachDefect<Failure: Error>(
    at place: UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let wholeMebibytes = "a multiple of \(mebibyteByteCount), and not 0"
    if byteOffset % mebibyteByteCount != 0 || byteOffset < mebibyteByteCount {
      try note(problem(.g04, "byteOffset", place + 16, wholeMebibytes, "\(byteOffset)"))
    }
    if UInt64(byteCount) % mebibyteByteCount != 0 || byteCount == 0 {
      try note(problem(.g04, "byteCount", place + 24, wholeMebibytes, "\(byteCount)"))
    }
    if range == nil {
      try note(
        problem(
          .g05, "byteOffset", place + 16, "an end below 2^64", "\(byteOffset) + \(byteCount)"))
    }
    if flags > 1 {
      try note(problem(.g02, "flags", place + 28, "bit 0 (required) at most", flags.hex))
    }
  }

  private func problem(
    _ rule: Rule, _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String
  ) -> FormatError {
    FormatError(
      .outOfRange, breaking: rule, field: "region.\(field)", at: byteOffset,
      expected: "\(expected), of \(name)", found: found, hint: RegionTableFields.hint)
  }
}

/// A region table whose signature and checksum hold, whatever its fields say.
///
/// Source: [MS-VHDX] 2.2.3.1; rules G02 to G05.
package struct RegionTableFields: Hashable, Sendable {
  package var byteOffset: UInt64
  package var entryCount: UInt32
  package var reserved: UInt32
  /// In the order of the file; 2047 at most, also where ``entryCount`` is larger.
  package var entries: [RegionEntryFields]

  fileprivate static let hint =
    "The table was written wrongly; compare it with its other copy."

  /// - Parameter byteOffset: where the bytes stand in the file.
  /// - Throws: ``FormatError`` where the bytes are no table (rule G01).
  package init(parsing bytes: [UInt8], at byteOffset: UInt64) throws(FormatError) {
    var reader = try Self.reader(bytes, at: byteOffset)
    self.byteOffset = byteOffset
    entryCount = try reader.read("regionTable.entryCount")
    reserved = try reader.read("regionTable.reserved")
    entries = []
    for _ in 0..<min(Int(entryCount), RegionTable.maximumEntryCount) {
      entries.append(try RegionEntryFields(reading: &reader))
    }
  }

  /// Whether the other table says the same.
  package func isCopy(of other: RegionTableFields) -> Bool {
    entryCount == other.entryCount && reserved == other.reserved && entries == other.entries
  }

  /// Where an entry stands in the file.
  package func byteOffset(ofEntry index: Int) -> UInt64 {
    byteOffset + UInt64(RegionTable.headerByteCount + index * RegionEntry.byteCount)
  }

  /// What is wrong with the table by itself, in the order of the file; what its regions must be to the
  /// file is ``ImageRegions``'s.
  package func forEachDefect<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    if entryCount > UInt32(RegionTable.maximumEntryCount) {
      try note(
        FormatError(
          .outOfRange, breaking: .g02, field: "regionTable.entryCount", at: byteOffset + 8,
          expected: "at most \(RegionTable.maximumEntryCount)", found: "\(entryCount)",
          hint: Self.hint))
    }
    if reserved != 0 {
      try note(
        FormatError(
          .wrongValue, breaking: .g02, field: "regionTable.reserved", at: byteOffset + 12,
          expected: "0", found: reserved.hex, hint: Self.hint))
    }
    var seen = Set<GUID>()
    for (index, entry) in entries.enumerated() {
      let place = byteOffset(ofEntry: index)
      try entry.forEachDefect(at: place, note)
      if !seen.insert(entry.guid).inserted {
        try note(
          FormatError(
            .wrongValue, breaking: .g03, field: "region.guid", at: place,
            expected: "a region that no entry before names", found: "\(entry.guid)",
            hint: "Two entries for one region contradict each other."))
      }
    }
  }

  /// A reader after the checksum, which holds.
  private static func reader(
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
