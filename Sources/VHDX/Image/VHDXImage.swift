import Bytes

/// What is looked at when an image is opened, and how where the specification leaves it open.
package struct ImageReadingOptions: Equatable, Sendable {
  package enum BlockTableReading: Sendable {
    /// Every entry, when the image is opened.
    case atOpening
    /// When the image is opened, as QEMU does it: that present blocks end inside of the file and lie on
    /// no structure, and nothing else (``BlockTable/checkAsQEMU(occupied:fileByteCount:)``).
    case atOpeningAsQEMU
    /// Each entry when its block is read. Blocks that lie on each other are not found.
    case whenRead
  }

  package var headers: HeaderReadingOptions
  package var regionTables: RegionTableChoice
  package var blockTable: BlockTableReading

  package init(
    headers: HeaderReadingOptions = .strict,
    regionTables: RegionTableChoice = .refuseDiffering,
    blockTable: BlockTableReading = .atOpening
  ) {
    self.headers = headers
    self.regionTables = regionTables
    self.blockTable = blockTable
  }

  /// The specification, read strictly.
  package static let strict = ImageReadingOptions()
  /// The headers, the region table and the block table as QEMU 7.2 reads them when qemu-io, qemu-nbd or
  /// a guest opens an image. What it does not check of metadata is checked all the same, and sectors of
  /// 4096 bytes are refused.
  package static let qemu = ImageReadingOptions(
    headers: .qemu, regionTables: .firstOnly, blockTable: .atOpeningAsQEMU)
  /// The same as `qemu-img check` opens an image: what stands in the block table is for it to report, and
  /// stops no opening.
  package static let qemuCheck = ImageReadingOptions(
    headers: .qemu, regionTables: .firstOnly, blockTable: .whenRead)
}

/// An image whose log is empty, opened for reading.
///
/// Source: [MS-VHDX] 2.
package final class VHDXImage {
  package let file: any ImageFile
  package let identifier: FileIdentifier
  package let current: CurrentHeader
  package let regions: ImageRegions
  package let metadata: ImageMetadata
  package let blockTable: BlockTable

  package var parameters: DiskParameters { metadata.parameters }
  package var geometry: BlockGeometry { blockTable.geometry }
  package var virtualDiskByteCount: UInt64 { parameters.virtualDiskByteCount }

  /// - Throws: ``FormatError`` at the first field that is missing or wrong, and where the log holds
  ///   what has to be replayed before.
  package init(
    reading file: any ImageFile, options: ImageReadingOptions = .strict
  ) throws(FormatError) {
    self.file = file
    identifier = try FileIdentifier(reading: file)
    current = try HeaderPair(reading: file).current(
      options.headers, fileByteCount: file.byteCount)
    try Self.requireEmptyLog(current, options.headers)
    if options.regionTables == .firstOnly {
      regions = try ImageRegions(asQEMUReads: file, log: current.header.logRange)
      metadata = try ImageMetadata(asQEMUReads: file, region: regions.metadata.range)
    } else {
      regions = try ImageRegions(
        table: RegionTablePair(reading: file).current(options.regionTables),
        log: current.header.logRange, fileByteCount: file.byteCount)
      metadata = try ImageMetadata(reading: file, region: regions.metadata.range)
    }
    let table = regions.blockTable.range
    blockTable = try BlockTable(
      reading: LengthenedImage(file, toByteCount: table.endByteOffset), region: table,
      geometry: BlockGeometry(metadata.parameters))
    switch options.blockTable {
    case .atOpening:
      try blockTable.check(occupied: regions.ranges, fileByteCount: file.byteCount)
    case .atOpeningAsQEMU:
      try blockTable.checkAsQEMU(occupied: regions.ranges, fileByteCount: file.byteCount)
    case .whenRead: break
    }
  }

  private static func requireEmptyLog(
    _ current: CurrentHeader, _ options: HeaderReadingOptions
  ) throws(FormatError) {
    // QEMU takes a log of no bytes for an empty one, whatever its GUID.
    if options == .qemu, current.header.logByteCount == 0 { return }
    guard current.header.logGUID.isZero else {
      throw FormatError(
        .wrongValue, breaking: .d09, field: "header.logGUID", at: current.slot.byteOffset + 48,
        expected: "zero: an empty log", found: "\(current.header.logGUID)",
        hint: "The image was not closed: replay its log first, with `powercut recover`.")
    }
  }
}
