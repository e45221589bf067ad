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

  /// - Parameters:
  ///   - item: the bytes of an item, and where they stand in the file, after its size and flags
  ///     were checked.
  /// - Throws: ``FormatError`` at the first value that the format does not allow.
  init(
    parsing item: (MetadataItem) throws(FormatError) -> (bytes: [UInt8], byteOffset: UInt64)
  ) throws(FormatError) {
    let parameters = try item(.fileParameters)
    var reader = ByteReader(ByteRegion(parameters.bytes), breaking: .m07)
    blockByteCount = try reader.read("blockByteCount")
    let flags: UInt32 = try reader.read("fileParameters.flags")
    guard flags <= 3 else {
      throw Self.problem(
        .m08, "fileParameters.flags", parameters.byteOffset + 4, "bits 0 and 1 at most", flags.hex)
    }
    leavesBlocksAllocated = flags & 1 != 0
    hasParent = flags & 2 != 0
    let disk = try item(.virtualDiskByteCount)
    virtualDiskByteCount = try Self.read("virtualDiskByteCount", disk.bytes)
    let identity = try item(.virtualDiskID)
    var identityReader = ByteReader(ByteRegion(identity.bytes), breaking: .m07)
    virtualDiskID = try identityReader.readGUID("virtualDiskID")
    let logical = try item(.logicalSectorByteCount)
    logicalSectorByteCount = try Self.read("logicalSectorByteCount", logical.bytes)
    let physical = try item(.physicalSectorByteCount)
    physicalSectorByteCount = try Self.read("physicalSectorByteCount", physical.bytes)
    try check { field in
      switch field {
      case .fileParameters: parameters.byteOffset
      case .virtualDiskByteCount: disk.byteOffset
      case .logicalSectorByteCount: logical.byteOffset
      default: physical.byteOffset
      }
    }
  }

  /// The values that the format allows, whoever chose them.
  ///
  /// - Parameter byteOffset: where an item stands in the file, for the error.
  /// - Throws: ``FormatError`` at the first value that it does not allow.
  func check(_ byteOffset: (MetadataItem) -> UInt64) throws(FormatError) {
    guard Self.allowedBlockByteCounts.contains(blockByteCount), blockByteCount.nonzeroBitCount == 1
    else {
      throw Self.problem(
        .m08, "blockByteCount", byteOffset(.fileParameters), "a power of two from 1 MiB to 256 MiB",
        "\(blockByteCount)")
    }
    for (item, field, byteCount) in [
      (MetadataItem.logicalSectorByteCount, "logicalSectorByteCount", logicalSectorByteCount),
      (.physicalSectorByteCount, "physicalSectorByteCount", physicalSectorByteCount),
    ] {
      guard byteCount == 512 || byteCount == 4096 else {
        throw Self.problem(.m10, field, byteOffset(item), "512 or 4096", "\(byteCount)")
      }
    }
    guard virtualDiskByteCount % UInt64(logicalSectorByteCount) == 0,
      virtualDiskByteCount <= Self.maximumDiskByteCount
    else {
      throw Self.problem(
        .m09, "virtualDiskByteCount", byteOffset(.virtualDiskByteCount),
        "whole sectors of \(logicalSectorByteCount) bytes, \(Self.maximumDiskByteCount) at most",
        "\(virtualDiskByteCount)")
    }
  }

  private static func read<Value: FixedWidthInteger>(
    _ field: String, _ bytes: [UInt8]
  ) throws(FormatError) -> Value {
    var reader = ByteReader(ByteRegion(bytes), breaking: .m07)
    return try reader.read(field)
  }

  private static func problem(
    _ rule: Rule, _ field: String, _ byteOffset: UInt64, _ expected: String, _ found: String
  ) -> FormatError {
    FormatError(
      .outOfRange, breaking: rule, field: field, at: byteOffset, expected: expected, found: found,
      hint: "The disk cannot be read without this value; metadata has no second copy.")
  }
}
