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
    let fields = try MetadataTableFields(reading: file, region: region)
    try fields.forEachDefect(FormatError.raise)
    let items = MetadataItems(reading: file, fields)
    guard let metadata = try items.metadata(FormatError.raise) else {
      throw FormatError(
        .truncated, breaking: .m02, field: "metadata.items", at: region.byteOffset,
        expected: "items inside of the region and the file", found: "a file of \(file.byteCount)",
        hint: "The image ends too early: copy it again, or check whether its writer was killed.")
    }
    self = metadata
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
}
