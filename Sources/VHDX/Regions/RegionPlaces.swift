import Bytes
import Rules

/// What the regions of a table must be to their file, to the log and to each other.
///
/// Source: [MS-VHDX] 2.2.3.2; rules G05 to G07 and H08.
package struct RegionPlaces {
  private let entries: [RegionEntryFields]
  private let log: ByteRange?
  private let fileByteCount: UInt64
  private let tableByteOffset: UInt64

  /// - Parameters:
  ///   - entries: all of the table, in their order.
  ///   - log: `nil` where its place is not known; an empty one lies nowhere.
  ///   - tableByteOffset: where the table stands in the file.
  package init(
    entries: [RegionEntryFields], log: ByteRange?, fileByteCount: UInt64,
    tableByteOffset: UInt64 = RegionTableSlot.first.byteOffset
  ) {
    self.entries = entries
    self.log = log.flatMap { $0.isEmpty ? nil : $0 }
    self.fileByteCount = fileByteCount
    self.tableByteOffset = tableByteOffset
  }

  /// The entries that end below 2^64, by their start.
  private var placed: [(index: Int, range: ByteRange)] {
    entries.indices.compactMap { index in entries[index].range.map { (index, $0) } }
      .filter { !$0.range.isEmpty }
      .sorted { ($0.range.byteOffset, $0.index) < ($1.range.byteOffset, $1.index) }
  }

  package func forEachDefect<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    for (index, entry) in entries.enumerated() where !entry.isKnown && entry.isRequired {
      try note(
        problem(
          .g07, "region.guid", index, "a region that this program knows", "\(entry.guid)",
          "The image needs a newer program."))
    }
    for guid in [RegionEntry.blockTableGUID, RegionEntry.metadataGUID]
    where !entries.contains(where: { $0.guid == guid }) {
      try note(Self.missing(guid, count: entries.count, tableByteOffset: tableByteOffset))
    }
    for (index, range) in placed where range.endByteOffset > fileByteCount {
      try note(
        problem(
          .g05, "region.byteOffset", index, "a region inside of the file's \(fileByteCount) bytes",
          "\(range)", "The image was cut short."))
    }
    try forEachOverlap(note)
  }

  private func forEachOverlap<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let placed = placed
    guard var widest = placed.first else { return }
    for next in placed.dropFirst() {
      if next.range.overlaps(widest.range) {
        try note(
          problem(
            .g05, "region.byteOffset", next.index,
            "a region apart from \(entries[widest.index].name) at \(widest.range)",
            "\(next.range)", "Two regions overlap, so one of them is damaged."))
      }
      if next.range.endByteOffset > widest.range.endByteOffset { widest = next }
    }
    guard let log else { return }
    for (index, range) in placed where range.overlaps(log) {
      try note(
        problem(
          .h08, "region.byteOffset", index, "a region apart from the log at \(log)", "\(range)",
          "The log overlaps a region, so one of them is damaged."))
    }
  }

  static func missing(
    _ guid: GUID, count: Int, tableByteOffset: UInt64 = RegionTableSlot.first.byteOffset
  ) -> FormatError {
    let name = guid == RegionEntry.metadataGUID ? "metadata" : "block allocation table"
    return FormatError(
      .wrongValue, breaking: .g06, field: "regionTable.entries",
      at: tableByteOffset + UInt64(RegionTable.headerByteCount),
      expected: "the \(name) region, \(guid)", found: "\(count) others",
      hint: "Without this region nothing can be read.")
  }

  private func problem(
    _ rule: Rule, _ field: String, _ index: Int, _ expected: String, _ found: String,
    _ hint: String
  ) -> FormatError {
    let entryByteOffset =
      tableByteOffset + UInt64(RegionTable.headerByteCount + index * RegionEntry.byteCount)
    let isGUID = field.hasSuffix("guid")
    return FormatError(
      .wrongValue, breaking: rule, field: field, at: entryByteOffset + (isGUID ? 0 : 16),
      expected: expected, found: isGUID ? found : "\(found), of \(entries[index].name)", hint: hint)
  }
}
