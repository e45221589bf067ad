import Bytes
import Checking
import VHDX

/// G01 to G07, "copies equal" of G09, and H08 between the log and the regions.
///
/// Source: [MS-VHDX] 2.2.3.
package struct RegionJudge {
  package init() {}

  /// - Returns: `regions` is `nil` where the block table or the metadata cannot be read.
  package func judge(
    _ file: any ImageFile, current: CurrentHeader?
  ) -> (violations: [Violation], regions: ImageRegions?) {
    var list = ImageViolations()
    guard let table = select(file, &list) else { return (list.violations, nil) }
    table.forEachDefect { list.add($0) }
    let log = current?.header.logRange.flatMap { $0.isEmpty ? nil : $0 }
    RegionPlaces(
      entries: table.entries, log: log, fileByteCount: file.byteCount,
      tableByteOffset: table.byteOffset
    ).forEachDefect { list.add($0) }
    return (list.violations, regions(table, log: log, fileByteCount: file.byteCount))
  }

  private func select(
    _ file: any ImageFile, _ list: inout ImageViolations
  ) -> RegionTableFields? {
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
      return table
    case (.failure(let error), .success(let table)):
      addDamaged(.first, error, &list)
      return table
    case (.success(let one), .success(let two)):
      if !one.isCopy(of: two) {
        list.add(
          .g09, "the region tables at bytes 196608 and 262144 are valid and differ",
          ["first: \(one.entries.count) entries", "second: \(two.entries.count) entries"])
      }
      return one
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
    list.add(
      .g09, "the region table at byte \(slot.byteOffset) is damaged, and the other one is not",
      [error.finding])
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
}
