import Bytes
import Rules

/// Where the parts of an image are: the two regions that every image has, the regions that only
/// others know, and the log. They lie inside of the file, after the header section, and apart.
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
    try RegionPlaces(
      entries: table.entries.map(RegionEntryFields.init), log: log, fileByteCount: fileByteCount
    ).forEachDefect(FormatError.raise)
    blockTable = try Self.required(RegionEntry.blockTableGUID, in: table)
    metadata = try Self.required(RegionEntry.metadataGUID, in: table)
    unknown = table.entries.filter { !$0.isKnown }
    self.log = log.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Everything that no block may lie on, in the order of the file.
  package var ranges: [ByteRange] {
    let regions = [blockTable, metadata] + unknown
    return (regions.map(\.range) + (log.map { [$0] } ?? []))
      .sorted { $0.byteOffset < $1.byteOffset }
  }

  private static func required(
    _ guid: GUID, in table: RegionTable
  ) throws(FormatError) -> RegionEntry {
    guard let entry = table.entry(guid) else {
      throw RegionPlaces.missing(guid, count: table.entries.count)
    }
    return entry
  }
}
