import Bytes
import VHDX

/// G01 to G07, "copies equal" of G09, and H08 between the log and the regions.
///
/// Source: [MS-VHDX] 2.2.3.
package struct RegionJudge {
  private let options: ImageJudgeOptions
  private static let mebibyte: UInt64 = 1 << 20

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Returns: `regions` is `nil` where the block table or the metadata cannot be read.
  package func judge(
    _ file: any ImageFile, current: CurrentHeader?
  ) -> (violations: [Violation], regions: ImageRegions?) {
    var list = ImageViolations()
    guard let (table, slot) = select(file, &list) else { return (list.violations, nil) }
    judgeCounts(table, slot, &list)
    let log = current?.header.logRange.flatMap { $0.isEmpty ? nil : $0 }
    judgeEntries(table, slot, log: log, fileByteCount: file.byteCount, &list)
    judgeOverlaps(table, slot, &list)
    return (list.violations, regions(table, log: log, fileByteCount: file.byteCount))
  }

  private func select(
    _ file: any ImageFile, _ list: inout ImageViolations
  ) -> (table: RegionTableFields, slot: RegionTableSlot)? {
    let first = Self.read(.first, from: file)
    let second = Self.read(.second, from: file)
    switch (first, second) {
    case (.failure(let one), .failure(let two)):
      list.add(
        .g01, "neither region table, at bytes 196608 and 262144, is valid",
        [one.finding, two.finding])
      return nil
    case (.success(let table), .failure(let error)):
      addDamaged(.second, error, &list)
      return (table, .first)
    case (.failure(let error), .success(let table)):
      addDamaged(.first, error, &list)
      return (table, .second)
    case (.success(let one), .success(let two)):
      if one != two, options.differingRegionTables == .flag {
        list.add(
          .g09, "the region tables at bytes 196608 and 262144 are valid and differ",
          ["first: \(one.entries.count) entries", "second: \(two.entries.count) entries"])
      }
      return (one, .first)
    }
  }

  private static func read(
    _ slot: RegionTableSlot, from file: any ImageFile
  ) -> Result<RegionTableFields, FormatError> {
    do throws(FormatError) {
      let range = ByteRange(
        byteOffset: slot.byteOffset, byteCount: UInt64(RegionTable.byteCount))
      return .success(
        try RegionTableFields(
          parsing: file.read("regionTable", in: range, breaking: .g01), at: slot.byteOffset))
    } catch {
      return .failure(error)
    }
  }

  private func addDamaged(
    _ slot: RegionTableSlot, _ error: FormatError, _ list: inout ImageViolations
  ) {
    if options.differingRegionTables == .firstValid { return }
    list.add(
      .g09, "the region table at byte \(slot.byteOffset) is damaged, and the other one is not",
      [error.finding])
  }

  private func judgeCounts(
    _ table: RegionTableFields, _ slot: RegionTableSlot, _ list: inout ImageViolations
  ) {
    if table.entryCount > UInt32(RegionTable.maximumEntryCount) {
      list.add(
        .g02, "the region table counts \(table.entryCount) entries at byte \(slot.byteOffset + 8)",
        ["expected \(RegionTable.maximumEntryCount) at most"])
    }
    if table.reserved != 0, options.isReservedJudged {
      list.add(
        .g02, "reserved bytes of the region table are set at byte \(slot.byteOffset + 12)",
        ["expected 0x0, found \(table.reserved.hex)"])
    }
  }

  private func judgeEntries(
    _ table: RegionTableFields, _ slot: RegionTableSlot, log: ByteRange?, fileByteCount: UInt64,
    _ list: inout ImageViolations
  ) {
    var firstIndices: [GUID: Int] = [:]
    for (index, entry) in table.entries.enumerated() {
      let place = Self.place(index, slot)
      if let first = firstIndices[entry.guid] {
        list.add(
          .g03, "region \(entry.guid) is listed again at byte \(place)",
          ["entries \(first) and \(index)"])
      } else {
        firstIndices[entry.guid] = index
      }
      if entry.flags > 1, options.isReservedJudged {
        list.add(
          .g02, "reserved flags of region entry \(index) are set at byte \(place + 28)",
          ["expected bit 0 at most, found \(entry.flags.hex)"])
      }
      judgePlace(entry, index, place, fileByteCount: fileByteCount, &list)
      if let log, let range = entry.range, range.overlaps(log) {
        list.add(
          .h08, "\(Self.name(entry)) lies on the log, says byte \(place + 16)",
          ["\(Self.name(entry)): \(range)", "the log: \(log)"])
      }
      if !entry.entry.isKnown, entry.isRequired {
        list.add(
          .g07, "region \(entry.guid) is required and unknown, says byte \(place)",
          ["entry \(index), flags \(entry.flags.hex)"])
      }
    }
    for (guid, name) in [
      (RegionEntry.blockTableGUID, "block table"), (RegionEntry.metadataGUID, "metadata"),
    ] where firstIndices[guid] == nil {
      list.add(
        .g06, "no \(name) region is listed in the table at byte \(slot.byteOffset)",
        ["expected \(guid)", "\(table.entries.count) entries"])
    }
  }

  private func judgePlace(
    _ entry: RegionEntryFields, _ index: Int, _ place: UInt64, fileByteCount: UInt64,
    _ list: inout ImageViolations
  ) {
    if entry.byteOffset % Self.mebibyte != 0 || entry.byteOffset < Self.mebibyte {
      list.add(
        .g04,
        "\(Self.name(entry)) starts at byte \(entry.byteOffset), says byte \(place + 16)",
        ["expected whole MiB, one at least, found \(entry.byteOffset.hex)"])
    }
    if UInt64(entry.byteCount) % Self.mebibyte != 0 || entry.byteCount == 0 {
      list.add(
        .g04, "\(Self.name(entry)) has \(entry.byteCount) bytes, says byte \(place + 24)",
        ["expected whole MiB, one at least, found \(entry.byteCount.hex)"])
    }
    if entry.range.map({ $0.endByteOffset > fileByteCount }) ?? true {
      list.add(
        .g05,
        """
        \(Self.name(entry)) does not end inside of the file's \(fileByteCount) bytes, says byte \
        \(place + 16)
        """,
        ["offset \(entry.byteOffset), length \(entry.byteCount)"])
    }
  }

  private func judgeOverlaps(
    _ table: RegionTableFields, _ slot: RegionTableSlot, _ list: inout ImageViolations
  ) {
    let sorted = table.entries.indices.compactMap { index in
      table.entries[index].range.map { (index: index, range: $0) }
    }.filter { !$0.range.isEmpty }.sorted {
      ($0.range.byteOffset, $0.index) < ($1.range.byteOffset, $1.index)
    }
    guard var widest = sorted.first else { return }
    for next in sorted.dropFirst() {
      if next.range.overlaps(widest.range) {
        list.add(
          .g05,
          """
          \(Self.name(table.entries[next.index])) lies on \
          \(Self.name(table.entries[widest.index])), says byte \(Self.place(next.index, slot) + 16)
          """,
          [
            "entry \(widest.index): \(widest.range)", "entry \(next.index): \(next.range)",
          ])
      }
      if next.range.endByteOffset > widest.range.endByteOffset { widest = next }
    }
  }

  private func regions(
    _ table: RegionTableFields, log: ByteRange?, fileByteCount: UInt64
  ) -> ImageRegions? {
    let readable = table.entries.filter { entry in
      entry.range.map { $0.endByteOffset <= fileByteCount } ?? false
    }.map(\.entry)
    guard let blockTable = readable.first(where: { $0.guid == RegionEntry.blockTableGUID }),
      let metadata = readable.first(where: { $0.guid == RegionEntry.metadataGUID })
    else { return nil }
    return ImageRegions(
      blockTable: blockTable, metadata: metadata, unknown: readable.filter { !$0.isKnown },
      log: log)
  }

  private static func place(_ index: Int, _ slot: RegionTableSlot) -> UInt64 {
    slot.byteOffset + UInt64(RegionTable.headerByteCount + index * RegionEntry.byteCount)
  }

  private static func name(_ entry: RegionEntryFields) -> String {
    switch entry.guid {
    case RegionEntry.blockTableGUID: "the block table region"
    case RegionEntry.metadataGUID: "the metadata region"
    default: "region \(entry.guid)"
    }
  }
}
