import Bytes
import Rules

/// Where the parts of an image are: the two regions that every image has, the regions that only
/// others know, and the log. They lie inside of the file, behind the header section, and apart.
///
/// Source: [MS-VHDX] 2.1, 2.2.3.2; rules H08 and G05 to G07.
package struct ImageRegions: Equatable, Sendable {
  package var blockTable: RegionEntry
  package var metadata: RegionEntry
  /// Optional regions of other programs: to be kept byte for byte (rule G08).
  package var unknown: [RegionEntry]
  /// `nil` where the image has no log of any length.
  package var log: ByteRange?

  /// Regions that were judged elsewhere; they may still lie on each other.
  package init(
    blockTable: RegionEntry, metadata: RegionEntry, unknown: [RegionEntry], log: ByteRange?
  ) {
    self.blockTable = blockTable
    self.metadata = metadata
    self.unknown = unknown
    self.log = log
  }

  /// - Throws: ``FormatError`` where a region is missing, required but unknown, outside of the
  ///   file, or where two of them overlap.
  package init(
    table: RegionTable, log: ByteRange?, fileByteCount: UInt64
  ) throws(FormatError) {
    unknown = table.entries.filter { !$0.isKnown }
    if let region = unknown.first(where: \.isRequired) {
      throw Self.problem(
        .g07, "region.guid", in: table, region, "a region that this program knows",
        "\(region.guid)",
        "The image needs a newer program.")
    }
    blockTable = try Self.required(RegionEntry.blockTableGUID, "block allocation table", in: table)
    metadata = try Self.required(RegionEntry.metadataGUID, "metadata", in: table)
    self.log = log.flatMap { $0.isEmpty ? nil : $0 }
    for entry in table.entries where entry.range.endByteOffset > fileByteCount {
      throw Self.problem(
        .g05, "region.byteOffset", in: table, entry,
        "a region inside of the file's \(fileByteCount) bytes",
        "\(entry.range)", "The image was cut short.", kind: .truncated)
    }
    try Self.checkDisjoint(table, log: self.log)
  }

  /// Everything that no block may lie on, in the order of the file.
  package var ranges: [ByteRange] {
    let regions = [blockTable, metadata] + unknown
    return (regions.map(\.range) + (log.map { [$0] } ?? []))
      .sorted { $0.byteOffset < $1.byteOffset }
  }

  private static func required(
    _ guid: GUID, _ name: String, in table: RegionTable
  ) throws(FormatError) -> RegionEntry {
    guard let entry = table.entry(guid) else {
      throw FormatError(
        .wrongValue, breaking: .g06, field: "regionTable.entries",
        at: RegionTableSlot.first.byteOffset + 16,
        expected: "the \(name) region, \(guid)", found: "\(table.entries.count) others",
        hint: "Without this region nothing can be read.")
    }
    return entry
  }

  private static func checkDisjoint(_ table: RegionTable, log: ByteRange?) throws(FormatError) {
    let sorted = table.entries.sorted { $0.byteOffset < $1.byteOffset }
    for (entry, next) in zip(sorted, sorted.dropFirst()) where entry.range.overlaps(next.range) {
      throw problem(
        .g05, "region.byteOffset", in: table, next, "a region apart from \(entry.range)",
        "\(next.range)", "Two regions overlap, so one of them is damaged.", kind: .truncated)
    }
    guard let log else { return }
    for entry in sorted where entry.range.overlaps(log) {
      throw problem(
        .h08, "region.byteOffset", in: table, entry, "a region apart from the log at \(log)",
        "\(entry.range)", "The log overlaps a region, so one of them is damaged.",
        kind: .wrongValue)
    }
  }

  private static func problem(
    _ rule: Rule, _ field: String, in table: RegionTable, _ entry: RegionEntry, _ expected: String,
    _ found: String, _ hint: String, kind: FormatError.Kind = .outOfRange
  ) -> FormatError {
    let index = table.entries.firstIndex(of: entry) ?? 0
    let entryByteOffset =
      RegionTableSlot.first.byteOffset
      + UInt64(RegionTable.headerByteCount + index * RegionEntry.byteCount)
    let isGUID = field.hasSuffix("guid")
    return FormatError(
      kind, breaking: rule, field: field, at: entryByteOffset + (isGUID ? 0 : 16),
      expected: expected,
      found: found, hint: hint)
  }
}
