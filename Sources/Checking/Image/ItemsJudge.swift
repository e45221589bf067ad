import Bytes
import VHDX

/// M07 to M12: the values of the known items.
///
/// Source: [MS-VHDX] 2.6.2.
struct ItemsJudge {
  let options: ImageJudgeOptions
  let file: any ImageFile
  let region: ByteRange
  let rows: [MetadataRow]

  func judge(_ list: inout ImageViolations) -> ImageMetadata? {
    let parameters = item(.fileParameters, &list)
    let disk = item(.virtualDiskByteCount, &list)
    let identity = item(.virtualDiskID, &list)
    let logical = item(.logicalSectorByteCount, &list)
    let physical = item(.physicalSectorByteCount, &list)
    let flags = parameters.map { $0.bytes.load(at: 4, as: UInt32.self) }
    let blockByteCount = parameters.flatMap { judgeBlockSize($0, &list) }
    let logicalByteCount = logical.flatMap { judgeSectorSize($0, "logical", &list) }
    let physicalByteCount = physical.flatMap { judgeSectorSize($0, "physical", &list) }
    let diskByteCount = disk.flatMap { judgeDiskSize($0, logicalByteCount, &list) }
    let hasParent = flags.map { $0 & 2 != 0 }
    let locator = hasParent.flatMap { judgeLocator(hasParent: $0, &list) }
    guard let diskByteCount, let blockByteCount, let logicalByteCount, let flags else {
      return nil
    }
    return ImageMetadata(
      region: region, table: MetadataTable(entries: rows.map(\.entry)),
      parameters: DiskParameters(
        virtualDiskByteCount: diskByteCount, blockByteCount: blockByteCount,
        leavesBlocksAllocated: flags & 1 != 0, hasParent: flags & 2 != 0,
        virtualDiskID: identity.map { GUID(loading: $0.bytes, at: 0) } ?? .zero,
        logicalSectorByteCount: logicalByteCount,
        physicalSectorByteCount: physicalByteCount ?? logicalByteCount),
      parentLocator: locator)
  }

  private struct Item {
    var bytes: ByteRegion
    /// In the file.
    var byteOffset: UInt64
  }

  private func row(_ item: MetadataItem) -> MetadataRow? {
    rows.first { $0.entry.itemID == item.id && !$0.entry.isUser }
  }

  /// The bytes of an item of fixed size; `nil` where they cannot be read.
  private func item(_ item: MetadataItem, _ list: inout ImageViolations) -> Item? {
    guard let row = row(item) else {
      list.add(
        .m07, "the \(item.name) is missing from the metadata table at byte \(region.byteOffset)",
        ["expected \(item.id)", "\(rows.count) entries"])
      return nil
    }
    judgeFlags(of: row, item, &list)
    guard row.entry.byteCount == item.byteCount else {
      list.add(
        .m07,
        "the \(item.name) has \(row.entry.byteCount) bytes, says byte \(row.byteOffset + 20)",
        ["expected \(item.byteCount ?? 0)"])
      return nil
    }
    return bytes(of: row)
  }

  private func judgeFlags(
    of row: MetadataRow, _ item: MetadataItem, _ list: inout ImageViolations
  ) {
    // Reserved bits are M05's.
    let found = row.entry.flags.rawValue & 7
    if found != item.flags.rawValue {
      list.add(
        .m07, "the \(item.name) has flags \(found.hex), says byte \(row.byteOffset + 24)",
        ["expected \(item.flags.rawValue.hex)"])
    }
  }

  /// `nil` where they lie outside of the region or the file, which M02 and G05 say.
  private func bytes(of row: MetadataRow) -> Item? {
    let entry = row.entry
    guard entry.byteCount <= MetadataEntry.maximumItemByteCount,
      entry.range.endByteOffset <= region.byteCount,
      let range = ByteRange(
        checking: region.byteOffset + UInt64(entry.byteOffset), byteCount: UInt64(entry.byteCount)),
      range.endByteOffset <= file.byteCount
    else { return nil }
    return Item(bytes: ByteRegion(file.read(range)), byteOffset: range.byteOffset)
  }

  private func judgeBlockSize(_ item: Item, _ list: inout ImageViolations) -> UInt32? {
    let byteCount = item.bytes.load(at: 0, as: UInt32.self)
    let flags = item.bytes.load(at: 4, as: UInt32.self)
    if flags > 3, options.isReservedJudged {
      list.add(
        .m08, "reserved flags of the file parameters are set at byte \(item.byteOffset + 4)",
        ["expected bits 0 and 1 at most, found \(flags.hex)"])
    }
    guard DiskParameters.allowedBlockByteCounts.contains(byteCount),
      byteCount.nonzeroBitCount == 1
    else {
      list.add(
        .m08, "blocks have \(byteCount) bytes, says byte \(item.byteOffset)",
        ["expected a power of two from 1 MiB to 256 MiB, found \(byteCount.hex)"])
      return nil
    }
    return byteCount
  }

  private func judgeSectorSize(
    _ item: Item, _ name: String, _ list: inout ImageViolations
  ) -> UInt32? {
    let byteCount = item.bytes.load(at: 0, as: UInt32.self)
    guard byteCount == 512 || byteCount == 4096 else {
      list.add(
        .m10, "\(name) sectors have \(byteCount) bytes, says byte \(item.byteOffset)",
        ["expected 512 or 4096, found \(byteCount.hex)"])
      return nil
    }
    return byteCount
  }

  private func judgeDiskSize(
    _ item: Item, _ sectorByteCount: UInt32?, _ list: inout ImageViolations
  ) -> UInt64? {
    let byteCount = item.bytes.load(at: 0, as: UInt64.self)
    let unit = UInt64(sectorByteCount ?? 512)
    if byteCount % unit != 0 {
      list.add(
        .m09, "the disk has \(byteCount) bytes, says byte \(item.byteOffset)",
        ["expected whole sectors of \(unit) bytes, found \(byteCount.hex)"])
    }
    guard byteCount <= DiskParameters.maximumDiskByteCount else {
      list.add(
        .m09, "the disk has \(byteCount) bytes, says byte \(item.byteOffset)",
        ["expected \(DiskParameters.maximumDiskByteCount) at most, found \(byteCount.hex)"])
      return nil
    }
    return byteCount
  }

  private func judgeLocator(
    hasParent: Bool, _ list: inout ImageViolations
  ) -> ParentLocator? {
    guard let row = row(.parentLocator) else {
      if hasParent {
        list.add(
          .m11,
          "the disk has a parent, and no locator is in the metadata table at byte "
            + "\(region.byteOffset)")
      }
      return nil
    }
    judgeFlags(of: row, .parentLocator, &list)
    guard hasParent else {
      list.add(.m11, "the disk has no parent, and a locator is listed at byte \(row.byteOffset)")
      return nil
    }
    guard let item = bytes(of: row) else { return nil }
    do throws(FormatError) {
      let bytes = item.bytes.bytes(in: 0..<item.bytes.byteCount)
      let locator = try ParentLocator(parsing: bytes, at: item.byteOffset)
      judgeLinkage(locator, item.byteOffset, &list)
      return locator
    } catch {
      list.add(.m11, error)
      return nil
    }
  }

  private func judgeLinkage(
    _ locator: ParentLocator, _ byteOffset: UInt64, _ list: inout ImageViolations
  ) {
    guard let parent = options.parentDataWriteGUID else { return }
    let linkages = [ParentLocator.linkageKey, ParentLocator.linkageKey + "2"].compactMap {
      locator[$0]
    }
    let matches = linkages.contains { text in
      GUID(text.filter { $0 != "{" && $0 != "}" }) == parent
    }
    if !matches {
      list.add(
        .m12, "the parent locator at byte \(byteOffset) names another state of the parent",
        ["expected \(parent)", "found \(linkages.joined(separator: ", "))"])
    }
  }
}
