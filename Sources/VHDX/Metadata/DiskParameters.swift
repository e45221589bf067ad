import Bytes
import Rules

/// What the metadata says of the virtual disk and of how the file keeps it.
///
///     file parameters       byte 0 4 blockByteCount, a power of two from 1 to 256 MiB
///                           byte 4 4 flags: bit 0 leaves blocks allocated, bit 1 has a parent
///     virtual disk size     byte 0 8 virtualDiskByteCount, whole logical sectors, 64 TiB at most
///     virtual disk ID       byte 0 16 virtualDiskID
///     logical sector size   byte 0 4 logicalSectorByteCount, 512 or 4096
///     physical sector size  byte 0 4 physicalSectorByteCount, 512 or 4096
///
/// Source: [MS-VHDX] 2.6.2.1 to 2.6.2.5; rules M07 to M10.
package struct DiskParameters: Equatable, Sendable {
  package static let maximumDiskByteCount: UInt64 = 64 << 40
  package static let allowedBlockByteCounts: ClosedRange<UInt32> = (1 << 20)...(256 << 20)

  package var virtualDiskByteCount: UInt64
  package var blockByteCount: UInt32
  /// What "fixed" means: blocks stay where they are, and the file does not shrink.
  package var leavesBlocksAllocated: Bool
  /// What "differencing" means.
  package var hasParent: Bool
  /// The identity that the disk shows on page 83h.
  package var virtualDiskID: GUID
  package var logicalSectorByteCount: UInt32
  package var physicalSectorByteCount: UInt32

  package init(
    virtualDiskByteCount: UInt64, blockByteCount: UInt32, leavesBlocksAllocated: Bool = false,
    hasParent: Bool = false, virtualDiskID: GUID, logicalSectorByteCount: UInt32 = 512,
    physicalSectorByteCount: UInt32 = 512
  ) {
    self.virtualDiskByteCount = virtualDiskByteCount
    self.blockByteCount = blockByteCount
    self.leavesBlocksAllocated = leavesBlocksAllocated
    self.hasParent = hasParent
    self.virtualDiskID = virtualDiskID
    self.logicalSectorByteCount = logicalSectorByteCount
    self.physicalSectorByteCount = physicalSectorByteCount
  }

  /// The bytes of an item; empty for the parent locator, which is none of these.
  package func encode(_ item: MetadataItem) -> [UInt8] {
    var writer = ByteWriter()
    switch item {
    case .fileParameters:
      writer.write(blockByteCount)
      writer.write(UInt32((leavesBlocksAllocated ? 1 : 0) + (hasParent ? 2 : 0)))
    case .virtualDiskByteCount: writer.write(virtualDiskByteCount)
    case .virtualDiskID: writer.write(virtualDiskID)
    case .logicalSectorByteCount: writer.write(logicalSectorByteCount)
    case .physicalSectorByteCount: writer.write(physicalSectorByteCount)
    case .parentLocator: break
    }
    return writer.bytes
  }

  /// The values that the format does not allow, whoever chose them.
  ///
  /// - Parameter byteOffset: where an item stands in the file.
  func forEachDefect<Failure: Error>(
    at byteOffset: @escaping (MetadataItem) -> UInt64, _ note: (FormatError) throws(Failure) -> Void
  ) throws(Failure) {
    let check = DiskParameterCheck(byteOffset: byteOffset)
    if let defect = check.blockSize(blockByteCount) { try note(defect) }
    if let defect = check.sectorSize(logicalSectorByteCount, of: .logicalSectorByteCount) {
      try note(defect)
    }
    if let defect = check.sectorSize(physicalSectorByteCount, of: .physicalSectorByteCount) {
      try note(defect)
    }
    if let defect = check.diskSize(
      virtualDiskByteCount, logicalSectorByteCount: logicalSectorByteCount)
    {
      try note(defect)
    }
  }
}

/// Which values of the known items the format allows.
///
/// Source: [MS-VHDX] 2.6.2.1 to 2.6.2.5; rules M08 to M10.
struct DiskParameterCheck {
  /// Where an item stands in the file.
  let byteOffset: (MetadataItem) -> UInt64

  func flags(_ flags: UInt32) -> FormatError? {
    flags <= 3
      ? nil
      : problem(
        .m08, "fileParameters.flags", byteOffset(.fileParameters) + 4, "bits 0 and 1 at most",
        flags.hex)
  }

  func blockSize(_ byteCount: UInt32) -> FormatError? {
    DiskParameters.allowedBlockByteCounts.contains(byteCount) && byteCount.nonzeroBitCount == 1
      ? nil
      : problem(
        .m08, "blockByteCount", byteOffset(.fileParameters),
        "a power of two from 1 MiB to 256 MiB", "\(byteCount)")
  }

  func sectorSize(_ byteCount: UInt32, of item: MetadataItem) -> FormatError? {
    byteCount == 512 || byteCount == 4096
      ? nil : problem(.m10, "\(item)", byteOffset(item), "512 or 4096", "\(byteCount)")
  }

  /// - Parameter logicalSectorByteCount: `nil` where it is not known or none that is allowed.
  func diskSize(_ byteCount: UInt64, logicalSectorByteCount: UInt32?) -> FormatError? {
    let known = logicalSectorByteCount.flatMap { $0 == 512 || $0 == 4096 ? $0 : nil }
    let unit = UInt64(known ?? 512)
    return byteCount % unit == 0 && byteCount <= DiskParameters.maximumDiskByteCount
      ? nil
      : problem(
        .m09, "virtualDiskByteCount", byteOffset(.virtualDiskByteCount),
        "whole sectors of \(unit) bytes, \(DiskParameters.maximumDiskByteCount) at most",
        "\(byteCount)")
  }

  private func problem(
    _ rule: Rule, _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String
  ) -> FormatError {
    FormatError(
      .outOfRange, breaking: rule, field: field, at: byteOffset, expected: expected, found: found,
      hint: "The disk cannot be read without this value; metadata has no second copy.")
  }
}
