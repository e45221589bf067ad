import Bytes

/// The metadata region of an image: its table, and the items that every program knows.
///
/// Items of others stay in the file; ``bytes(of:in:)`` hands one out as it stands.
///
/// Source: [MS-VHDX] 2.6; rules M01 to M11.
package struct ImageMetadata: Equatable, Sendable {
  package var region: ByteRange
  package var table: MetadataTable
  package var parameters: DiskParameters
  /// There is one where the disk has a parent, and only there.
  package var parentLocator: ParentLocator?

  /// Metadata that was read and judged elsewhere.
  package init(
    region: ByteRange, table: MetadataTable, parameters: DiskParameters,
    parentLocator: ParentLocator?
  ) {
    self.region = region
    self.table = table
    self.parameters = parameters
    self.parentLocator = parentLocator
  }

  /// - Parameter region: the metadata region, inside of the file.
  /// - Throws: ``FormatError`` at the first field that is missing or wrong.
  package init(reading file: any ImageFile, region: ByteRange) throws(FormatError) {
    let table = try MetadataTable(reading: file, region: region)
    self.region = region
    self.table = table
    parameters = try DiskParameters { item throws(FormatError) in
      try Self.known(item, of: table, in: file, region: region)
    }
    let locatorEntry = table.entry(.parentLocator)
    guard parameters.hasParent == (locatorEntry != nil) else {
      throw FormatError(
        .wrongValue, breaking: .m11, field: "fileParameters.flags", at: region.byteOffset,
        expected: "a parent locator where the disk has a parent, and only there",
        found: parameters.hasParent ? "no locator" : "a locator, but no parent",
        hint: "The metadata table or the file parameters are damaged.")
    }
    if locatorEntry != nil {
      let item = try Self.known(.parentLocator, of: table, in: file, region: region)
      parentLocator = try ParentLocator(parsing: item.bytes, at: item.byteOffset)
    }
  }

  /// The metadata as QEMU 7.2 takes it: wherever the region is, whatever its length, and with sectors of
  /// 512 bytes only.
  ///
  /// - Throws: ``FormatError`` at the first field that is missing, wrong, or not supported there.
  init(asQEMUReads file: any ImageFile, region: ByteRange) throws(FormatError) {
    let (end, overflow) = region.byteOffset.addingReportingOverflow(Self.mostByteCountOfQEMU)
    guard !overflow else {
      throw FormatError(
        .outOfRange, breaking: .g04, field: "region.byteOffset", at: region.byteOffset,
        expected: "less than 2^63",
        found: "\(region.byteOffset)", hint: "No file reaches that far.")
    }
    try self.init(
      reading: LengthenedImage(file, toByteCount: end),
      region: ByteRange(byteOffset: region.byteOffset, byteCount: Self.mostByteCountOfQEMU))
    guard parameters.logicalSectorByteCount == 512 else {
      throw FormatError(
        .wrongValue, breaking: .m10, field: "logicalSectorByteCount", at: region.byteOffset,
        expected: "512",
        found: "\(parameters.logicalSectorByteCount)",
        hint: "QEMU has no VHDX images of other sectors.")
    }
  }

  /// Items have 32-bit offsets and lengths.
  private static let mostByteCountOfQEMU: UInt64 = 1 << 33

  /// An item's bytes, at most 1 MiB. The entry must be one of ``table``.
  package func bytes(of entry: MetadataEntry, in file: any ImageFile) -> [UInt8] {
    file.read(
      ByteRange(
        byteOffset: region.byteOffset + UInt64(entry.byteOffset),
        byteCount: UInt64(entry.byteCount)))
  }

  /// A known item's bytes and place, its size and flags checked.
  private static func known(
    _ item: MetadataItem, of table: MetadataTable, in file: any ImageFile, region: ByteRange
  ) throws(FormatError) -> (bytes: [UInt8], byteOffset: UInt64) {
    let index = table.entries.firstIndex { $0.itemID == item.id && !$0.isUser }
    guard let index else {
      throw MetadataEntry.problem(
        .m07, "entries", region.byteOffset + UInt64(MetadataTable.headerByteCount),
        "the \(item.name), \(item.id)", "\(table.entries.count) others")
    }
    let entry = table.entries[index]
    let place =
      region.byteOffset
      + UInt64(MetadataTable.headerByteCount + index * MetadataEntry.byteCount)
    if let byteCount = item.byteCount, entry.byteCount != byteCount {
      throw MetadataEntry.problem(
        .m07, "byteCount", place + 20, "\(byteCount) for the \(item.name)", "\(entry.byteCount)",
        kind: .wrongValue)
    }
    guard entry.flags == item.flags else {
      throw MetadataEntry.problem(
        .m07, "flags", place + 24, "\(item.flags.rawValue.hex) for the \(item.name)",
        entry.flags.rawValue.hex, kind: .wrongValue)
    }
    let range = ByteRange(
      byteOffset: region.byteOffset + UInt64(entry.byteOffset),
      byteCount: UInt64(entry.byteCount))
    return (try file.read(item.name, in: range, breaking: .m02), range.byteOffset)
  }
}
