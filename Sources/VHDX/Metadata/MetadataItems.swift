import Bytes
import Rules

/// The values of the items that every program knows.
///
/// Source: [MS-VHDX] 2.6.2; rules M07 to M11.
package struct MetadataItems {
  private let file: any ImageFile
  private let fields: MetadataTableFields

  package init(reading file: any ImageFile, _ fields: MetadataTableFields) {
    self.file = file
    self.fields = fields
  }

  private struct Item {
    var bytes: ByteRegion
    /// In the file.
    var byteOffset: UInt64
  }

  /// - Returns: `nil` where the disk's size, block size or sector size is not known or not allowed.
  package func metadata<Failure: Error>(
    _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) -> ImageMetadata? {
    let parameters = try item(.fileParameters, note)
    let disk = try item(.virtualDiskByteCount, note)
    let identity = try item(.virtualDiskID, note)
    let logical = try item(.logicalSectorByteCount, note)
    let physical = try item(.physicalSectorByteCount, note)
    let check = DiskParameterCheck { item in
      switch item {
      case .fileParameters: parameters?.byteOffset ?? 0
      case .virtualDiskByteCount: disk?.byteOffset ?? 0
      case .logicalSectorByteCount: logical?.byteOffset ?? 0
      default: physical?.byteOffset ?? 0
      }
    }
    let flags = parameters.map { $0.bytes.load(at: 4, as: UInt32.self) }
    if let defect = flags.flatMap(check.flags) { try note(defect) }
    let blockByteCount = try allowed(parameters, note, check.blockSize)
    let logicalByteCount = try allowed(logical, note) {
      check.sectorSize($0, of: .logicalSectorByteCount)
    }
    let physicalByteCount = try allowed(physical, note) {
      check.sectorSize($0, of: .physicalSectorByteCount)
    }
    let diskByteCount = disk.map { $0.bytes.load(at: 0, as: UInt64.self) }
    let diskDefect = diskByteCount.flatMap {
      check.diskSize($0, logicalSectorByteCount: logicalByteCount)
    }
    if let diskDefect { try note(diskDefect) }
    let hasParent = flags.map { $0 & 2 != 0 }
    var locator: ParentLocator?
    if let hasParent { locator = try self.locator(hasParent: hasParent, note) }
    guard let diskByteCount, diskByteCount <= DiskParameters.maximumDiskByteCount,
      let blockByteCount, let logicalByteCount, let flags
    else { return nil }
    return ImageMetadata(
      region: fields.region, table: MetadataTable(entries: fields.rows.map(\.entry)),
      parameters: DiskParameters(
        virtualDiskByteCount: diskByteCount, blockByteCount: blockByteCount,
        leavesBlocksAllocated: flags & 1 != 0, hasParent: flags & 2 != 0,
        virtualDiskID: identity.map { GUID(loading: $0.bytes, at: 0) } ?? .zero,
        logicalSectorByteCount: logicalByteCount,
        physicalSectorByteCount: physicalByteCount ?? logicalByteCount),
      parentLocator: locator)
  }

  /// An item's first four bytes where they are a value that the format allows.
  private func allowed<Failure: Error>(
    _ item: Item?, _ note: (FormatError) throws(Failure) -> Void,
    _ defect: (UInt32) -> FormatError?
  ) throws(Failure) -> UInt32? {
    guard let item else { return nil }
    let value = item.bytes.load(at: 0, as: UInt32.self)
    guard let defect = defect(value) else { return value }
    try note(defect)
    return nil
  }

  private func row(_ item: MetadataItem) -> MetadataRow? {
    fields.rows.first { $0.knownItem == item }
  }

  /// The bytes of an item of fixed size; `nil` where they cannot be read.
  private func item<Failure: Error>(
    _ item: MetadataItem, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) -> Item? {
    guard let row = row(item) else {
      try note(
        MetadataRow.problem(
          .m07, "entries", fields.region.byteOffset + UInt64(MetadataTable.headerByteCount),
          "the \(item.name), \(item.id)", "\(fields.rows.count) others"))
      return nil
    }
    if let byteCount = item.byteCount, row.entry.byteCount != byteCount {
      try note(
        MetadataRow.problem(
          .m07, "byteCount", row.byteOffset + 20, "\(byteCount) for the \(item.name)",
          "\(row.entry.byteCount)"))
      return nil
    }
    try noteFlags(of: row, item, note)
    return bytes(of: row)
  }

  private func noteFlags<Failure: Error>(
    of row: MetadataRow, _ item: MetadataItem, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    // Reserved bits are M05's.
    let found = row.entry.flags.rawValue & 7
    if found != item.flags.rawValue {
      try note(
        MetadataRow.problem(
          .m07, "flags", row.byteOffset + 24, "\(item.flags.rawValue.hex) for the \(item.name)",
          found.hex))
    }
  }

  /// `nil` where they lie outside of the region or the file, which M02 and G05 say.
  private func bytes(of row: MetadataRow) -> Item? {
    let entry = row.entry
    guard entry.byteCount <= MetadataEntry.maximumItemByteCount,
      entry.range.endByteOffset <= fields.region.byteCount,
      let range = ByteRange(
        checking: fields.region.byteOffset + UInt64(entry.byteOffset),
        byteCount: UInt64(entry.byteCount)),
      range.endByteOffset <= file.byteCount
    else { return nil }
    return Item(bytes: ByteRegion(file.read(range)), byteOffset: range.byteOffset)
  }

  private func locator<Failure: Error>(
    hasParent: Bool, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) -> ParentLocator? {
    let row = row(.parentLocator)
    guard hasParent == (row != nil) else {
      try note(
        FormatError(
          .wrongValue, breaking: .m11, field: "fileParameters.flags",
          at: row?.byteOffset ?? fields.region.byteOffset,
          expected: "a parent locator where the disk has a parent, and only there",
          found: hasParent ? "no locator" : "a locator, but no parent",
          hint: "The metadata table or the file parameters are damaged."))
      return nil
    }
    guard let row else { return nil }
    try noteFlags(of: row, .parentLocator, note)
    guard let item = bytes(of: row) else { return nil }
    let locator: ParentLocator
    do throws(FormatError) {
      locator = try ParentLocator(
        parsing: item.bytes.bytes(in: 0..<item.bytes.byteCount), at: item.byteOffset)
    } catch {
      try note(error)
      return nil
    }
    return locator
  }
}
