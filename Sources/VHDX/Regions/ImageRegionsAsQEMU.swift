import Bytes

extension ImageRegions {
  /// The regions as QEMU 7.2 takes them from the first table, with the second one not looked at.
  ///
  /// What it asks for is that no region lies on an earlier one or on the log, that BAT and metadata are
  /// there once, and that nothing unknown is required. A region may be unaligned, empty, in front of
  /// 1 MiB and after the end of the file, which reads as zeroes there; a range past 2^64 wraps and lies on
  /// nothing.
  ///
  /// Source: runs of qemu-img check and qemu-io 7.2.22 over images with one other region each.
  ///
  /// - Parameter log: also where it is empty: a region must not have it inside.
  /// - Throws: ``FormatError`` at the first field that QEMU refuses.
  package init(asQEMUReads file: any ImageFile, log: ByteRange?) throws(FormatError) {
    let slot = RegionTableSlot.first
    let place = ByteRange(byteOffset: slot.byteOffset, byteCount: UInt64(RegionTable.byteCount))
    let table = try RegionTableFields(
      parsing: file.read("regionTable", in: place, breaking: .g01), at: slot.byteOffset)
    guard table.entryCount <= RegionTable.maximumEntryCount else {
      throw FormatError(
        .outOfRange, breaking: .g02, field: "regionTable.entryCount", at: slot.byteOffset + 8,
        expected: "at most \(RegionTable.maximumEntryCount)", found: "\(table.entryCount)",
        hint: "The table was written wrongly; compare it with its other copy.")
    }
    var taken = log.map { [$0] } ?? []
    for (index, entry) in table.entries.enumerated() {
      let byteOffset =
        place.byteOffset + UInt64(RegionTable.headerByteCount + index * RegionEntry.byteCount)
      if let range = entry.range {
        try Self.check(range, apartFrom: taken, log: log, at: byteOffset + 16)
        taken.append(range)
      }
      try Self.check(entry, after: table.entries[..<index], at: byteOffset)
    }
    self.init(
      blockTable: try Self.known(RegionEntry.blockTableGUID, in: table, slot),
      metadata: try Self.known(RegionEntry.metadataGUID, in: table, slot),
      unknown: table.entries.filter { !$0.entry.isKnown && $0.range != nil }.map(\.entry), log: log)
  }

  private static func check(
    _ range: ByteRange, apartFrom others: [ByteRange], log: ByteRange?, at byteOffset: UInt64
  ) throws(FormatError) {
    guard let other = others.first(where: { $0.overlaps(range) }) else { return }
    throw FormatError(
      .wrongValue, breaking: other == log ? .h08 : .g05, field: "region.byteOffset",
      at: byteOffset,
      expected: "a region apart from \(other)", found: "\(range)",
      hint: "Two regions overlap, or one and the log, so one of them is damaged.")
  }

  private static func check(
    _ entry: RegionEntryFields, after earlier: ArraySlice<RegionEntryFields>, at byteOffset: UInt64
  ) throws(FormatError) {
    if !entry.entry.isKnown, entry.isRequired {
      throw FormatError(
        .wrongValue, breaking: .g07, field: "region.guid", at: byteOffset,
        expected: "a region that this program knows", found: "\(entry.guid)",
        hint: "The image needs a newer program.")
    }
    if entry.entry.isKnown, earlier.contains(where: { $0.guid == entry.guid }) {
      throw FormatError(
        .wrongValue, breaking: .g03, field: "region.guid", at: byteOffset,
        expected: "a region that no entry before names", found: "\(entry.guid)",
        hint: "Two entries for one region contradict each other.")
    }
  }

  private static func known(
    _ guid: GUID, in table: RegionTableFields, _ slot: RegionTableSlot
  ) throws(FormatError) -> RegionEntry {
    guard let entry = table.entries.first(where: { $0.guid == guid }) else {
      throw FormatError(
        .wrongValue, breaking: .g06, field: "regionTable.entries", at: slot.byteOffset + 16,
        expected: "the region \(guid)", found: "\(table.entries.count) others",
        hint: "Without this region nothing can be read.")
    }
    guard let range = entry.range, range.endByteOffset <= UInt64(Int64.max) else {
      throw FormatError(
        .outOfRange, breaking: .g04, field: "region.byteOffset", at: slot.byteOffset + 16,
        expected: "a region that ends below 2^63", found: "\(entry.byteOffset)",
        hint: "No file reaches that far.")
    }
    return entry.entry
  }
}

/// A file that reads as zeroes after its end, as the one below QEMU's driver does.
final class LengthenedImage: ImageFile {
  private let file: any ImageFile
  let byteCount: UInt64

  /// - Parameter byteCount: how far it can be read at least.
  init(_ file: any ImageFile, toByteCount byteCount: UInt64) {
    self.file = file
    self.byteCount = max(byteCount, file.byteCount)
  }

  func read(_ range: ByteRange) -> [UInt8] {
    let start = min(range.byteOffset, file.byteCount)
    let end = min(range.endByteOffset, file.byteCount)
    let bytes = file.read(ByteRange(byteOffset: start, byteCount: end - start))
    return bytes + [UInt8](repeating: 0, count: Int(range.byteCount) - bytes.count)
  }

  func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    byteOffset < file.byteCount
      ? file.knownZeroByteCount(at: byteOffset) : byteCount - min(byteOffset, byteCount)
  }
}
