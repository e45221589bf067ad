import Bytes
import VHDX

/// M01 to M12: the metadata table and the items that every program knows.
///
/// Source: [MS-VHDX] 2.6.
package struct MetadataJudge {
  private let options: ImageJudgeOptions

  package init(options: ImageJudgeOptions = ImageJudgeOptions()) {
    self.options = options
  }

  /// - Returns: `metadata` is `nil` where the disk's size, block size or sector sizes are unknown.
  package func judge(
    _ file: any ImageFile, region: ByteRange
  ) -> (violations: [Violation], metadata: ImageMetadata?) {
    var list = ImageViolations()
    do throws(FormatError) {
      guard let rows = try rows(file, region, &list) else { return (list.violations, nil) }
      judgeRows(rows, region, &list)
      judgeOverlaps(rows, region, &list)
      let metadata = ItemsJudge(
        options: options, file: file, region: region, rows: rows
      ).judge(&list)
      return (list.violations, metadata)
    } catch {
      list.add(.m01, error)
      return (list.violations, nil)
    }
  }

  /// - Returns: `nil` where no table stands.
  /// - Throws: ``FormatError`` where the file ends before the table does.
  private func rows(
    _ file: any ImageFile, _ region: ByteRange, _ list: inout ImageViolations
  ) throws(FormatError) -> [MetadataRow]? {
    let header = try file.read(
      "metadata",
      in: ByteRange(
        byteOffset: region.byteOffset, byteCount: UInt64(MetadataTable.headerByteCount)),
      breaking: .m01)
    guard [UInt8](header.prefix(MetadataTable.signature.count)) == MetadataTable.signature else {
      list.add(
        .m01, "no metadata table starts at byte \(region.byteOffset)",
        ["expected \"metadata\", found \(hexDigits(header.prefix(8)))"])
      return nil
    }
    let counted = Int(ByteRegion(header).load(at: 10, as: UInt16.self))
    if counted > MetadataTable.maximumEntryCount {
      list.add(
        .m01, "the metadata table counts \(counted) entries at byte \(region.byteOffset + 10)",
        ["expected \(MetadataTable.maximumEntryCount) at most"])
    }
    let reserved = header.indices.first { header[$0] != 0 && ($0 == 8 || $0 == 9 || $0 >= 12) }
    if let reserved, options.isReservedJudged {
      list.add(
        .m01,
        "a reserved byte of the metadata table is set at byte \(region.byteOffset + UInt64(reserved))",
        ["expected 0x0, found \(header[reserved].hex)"])
    }
    let count = min(counted, MetadataTable.maximumEntryCount)
    let bytes = try file.read(
      "metadata.entries",
      in: ByteRange(
        byteOffset: region.byteOffset + UInt64(MetadataTable.headerByteCount),
        byteCount: UInt64(count * MetadataEntry.byteCount)),
      breaking: .m01)
    var reader = ByteReader(ByteRegion(bytes), breaking: .m01)
    var rows: [MetadataRow] = []
    for index in 0..<count {
      let (entry, reserved) = try MetadataEntry.fields(reading: &reader)
      rows.append(MetadataRow(index: index, entry: entry, reserved: reserved, region: region))
    }
    return rows
  }

  private func judgeRows(
    _ rows: [MetadataRow], _ region: ByteRange, _ list: inout ImageViolations
  ) {
    struct Identity: Hashable {
      var itemID: GUID
      var isUser: Bool
    }
    var seen: [Identity: Int] = [:]
    var userCount = 0
    for row in rows {
      let entry = row.entry
      let identity = Identity(itemID: entry.itemID, isUser: entry.isUser)
      if let first = seen[identity] {
        list.add(
          .m04, "item \(entry.itemID) is listed again at byte \(row.byteOffset)",
          ["entries \(first) and \(row.index)"])
      } else {
        seen[identity] = row.index
      }
      userCount += entry.isUser ? 1 : 0
      if entry.isUser, userCount == MetadataTable.maximumUserEntryCount + 1 {
        list.add(
          .m04, "one user item too many is listed at byte \(row.byteOffset)",
          ["expected \(MetadataTable.maximumUserEntryCount) at most"])
      }
      judgePlace(row, region, &list)
      judgeFlags(row, &list)
    }
  }

  private func judgePlace(
    _ row: MetadataRow, _ region: ByteRange, _ list: inout ImageViolations
  ) {
    let entry = row.entry
    if entry.byteCount > MetadataEntry.maximumItemByteCount {
      list.add(
        .m03, "\(row.name) has \(entry.byteCount) bytes, says byte \(row.byteOffset + 20)",
        ["expected \(MetadataEntry.maximumItemByteCount) at most"])
    }
    if entry.byteCount == 0 {
      if entry.byteOffset != 0 {
        list.add(
          .m03, "\(row.name) has no bytes and a place, says byte \(row.byteOffset + 16)",
          ["expected offset 0, found \(entry.byteOffset)"])
      }
    } else if entry.byteOffset < UInt32(MetadataTable.byteCount)
      || entry.range.endByteOffset > region.byteCount
    {
      list.add(
        .m02,
        """
        \(row.name) is not between the table and the region's end, says byte \
        \(row.byteOffset + 16)
        """,
        ["in the region of \(region.byteCount) bytes: \(entry.range)"])
    }
  }

  private func judgeFlags(_ row: MetadataRow, _ list: inout ImageViolations) {
    let entry = row.entry
    if entry.flags.rawValue > 7 || row.reserved != 0, options.isReservedJudged {
      let place = row.byteOffset + (entry.flags.rawValue > 7 ? 24 : 28)
      list.add(
        .m05, "reserved bits of \(row.name) are set at byte \(place)",
        ["flags \(entry.flags.rawValue.hex), reserved \(row.reserved.hex)"])
    }
    let isKnown = !entry.isUser && MetadataItem(id: entry.itemID) != nil
    if entry.isRequired, !isKnown {
      list.add(
        .m06, "item \(entry.itemID) is required and unknown, says byte \(row.byteOffset)",
        ["entry \(row.index), flags \(entry.flags.rawValue.hex)"])
    }
  }

  private func judgeOverlaps(
    _ rows: [MetadataRow], _ region: ByteRange, _ list: inout ImageViolations
  ) {
    let sorted = rows.filter { $0.entry.byteCount > 0 }
      .sorted { ($0.entry.byteOffset, $0.index) < ($1.entry.byteOffset, $1.index) }
    guard var widest = sorted.first else { return }
    for next in sorted.dropFirst() {
      if next.entry.range.overlaps(widest.entry.range) {
        list.add(
          .m02, "\(next.name) lies on \(widest.name), says byte \(next.byteOffset + 16)",
          [
            "in the region: \(widest.name) \(widest.entry.range)",
            "in the region: \(next.name) \(next.entry.range)",
          ])
      }
      if next.entry.range.endByteOffset > widest.entry.range.endByteOffset { widest = next }
    }
  }
}

/// An entry of the table, and where it stands.
struct MetadataRow {
  var index: Int
  var entry: MetadataEntry
  var reserved: UInt32
  var region: ByteRange

  /// In the file.
  var byteOffset: UInt64 {
    region.byteOffset + UInt64(MetadataTable.headerByteCount + index * MetadataEntry.byteCount)
  }

  var name: String {
    let item = entry.isUser ? nil : MetadataItem(id: entry.itemID)
    return item.map { "the \($0.name)" } ?? "item \(entry.itemID)"
  }
}

func hexDigits(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}
