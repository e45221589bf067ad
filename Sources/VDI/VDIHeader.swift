import Bytes
import Rules

/// The first structure of a VDI image: what the disk is, where its parts are, and how many of its
/// blocks have a place.
///
///     byte   0   64  text                  for people
///     byte  64    4  signature             0xbeda107f
///     byte  68    4  version               0x00010001: 1.1
///     byte  72    4  headerByteCount       from here on: 384, or 400 with a second geometry
///     byte  76    4  imageType             1 dynamic, 2 static (3 undo, 4 differencing)
///     byte  80    4  flags                 not looked at
///     byte  84  256  description           for people
///     byte 340    4  blockMapByteOffset    whole sectors
///     byte 344    4  dataByteOffset        whole sectors; where block 0 begins
///     byte 348   12  cylinders, heads, sectors of a track; not looked at
///     byte 360    4  sectorByteCount       512
///     byte 364    4  unused
///     byte 368    8  diskByteCount         of the virtual disk
///     byte 376    4  blockByteCount        1 MiB
///     byte 380    4  blockExtraByteCount   in front of each block's data: 0
///     byte 384    4  blockCount            entries of the block map
///     byte 388    4  allocatedBlockCount   entries that name a block; also the next block's number
///     byte 392   16  imageUUID
///     byte 408   16  lastSnapshotUUID
///     byte 424   16  linkUUID              zero without a parent
///     byte 440   16  parentUUID            zero without a parent
///     byte 456   16  the second geometry, where there is one; not looked at
///
/// All numbers are little-endian.
///
/// Source: docs/vdi.md, The header; rules V01 and V02.
package struct VDIHeader: Equatable, Sendable {
  /// What is read: to the end of the parent's UUID.
  package static let byteCount = 456
  package static let textByteCount = 64
  package static let descriptionByteCount = 256
  package static let signature: UInt32 = 0xbeda_107f
  package static let version: UInt32 = 0x0001_0001
  /// Where the bytes begin that ``headerByteCount`` counts.
  package static let countedByteOffset: UInt64 = 72

  /// 64 bytes.
  package var text: [UInt8]
  package var signature = VDIHeader.signature
  package var version = VDIHeader.version
  package var headerByteCount: UInt32 = 384
  package var imageType: UInt32
  package var flags: UInt32 = 0
  /// 256 bytes.
  package var description = [UInt8](repeating: 0, count: VDIHeader.descriptionByteCount)
  package var blockMapByteOffset: UInt32
  package var dataByteOffset: UInt32
  package var cylinderCount: UInt32 = 0
  package var headCount: UInt32 = 0
  package var trackSectorCount: UInt32 = 0
  package var sectorByteCount: UInt32 = 512
  package var unused: UInt32 = 0
  package var diskByteCount: UInt64
  package var blockByteCount: UInt32
  package var blockExtraByteCount: UInt32 = 0
  package var blockCount: UInt32
  package var allocatedBlockCount: UInt32
  package var imageUUID: GUID
  package var lastSnapshotUUID: GUID
  package var linkUUID = GUID.zero
  package var parentUUID = GUID.zero

  /// The header of a new image without a parent.
  ///
  /// - Parameter text: cut off after 64 bytes.
  package init(
    text: String, imageType: VDIImageType, blockMapByteOffset: UInt32, dataByteOffset: UInt32,
    diskByteCount: UInt64, blockByteCount: UInt32, blockCount: UInt32,
    allocatedBlockCount: UInt32, imageUUID: GUID, lastSnapshotUUID: GUID
  ) {
    let kept = [UInt8](text.utf8.prefix(Self.textByteCount))
    self.text = kept + [UInt8](repeating: 0, count: Self.textByteCount - kept.count)
    self.imageType = imageType.rawValue
    self.blockMapByteOffset = blockMapByteOffset
    self.dataByteOffset = dataByteOffset
    self.diskByteCount = diskByteCount
    self.blockByteCount = blockByteCount
    self.blockCount = blockCount
    self.allocatedBlockCount = allocatedBlockCount
    self.imageUUID = imageUUID
    self.lastSnapshotUUID = lastSnapshotUUID
  }

  /// Reads the fields as they stand, whatever they say; ``forEachDefect(fileByteCount:_:)`` looks
  /// at them.
  ///
  /// - Throws: ``FormatError`` where the file ends before the header does (rule V01).
  package init(reading file: any ImageFile) throws(FormatError) {
    let bytes = try file.read(
      "header", in: ByteRange(byteOffset: 0, byteCount: UInt64(Self.byteCount)), breaking: .v01)
    var reader = ByteReader(ByteRegion(bytes), breaking: .v01)
    text = try reader.readBytes("header.text", byteCount: Self.textByteCount)
    signature = try reader.read("header.signature")
    version = try reader.read("header.version")
    headerByteCount = try reader.read("header.headerByteCount")
    imageType = try reader.read("header.imageType")
    flags = try reader.read("header.flags")
    description = try reader.readBytes(
      "header.description", byteCount: Self.descriptionByteCount)
    blockMapByteOffset = try reader.read("header.blockMapByteOffset")
    dataByteOffset = try reader.read("header.dataByteOffset")
    cylinderCount = try reader.read("header.cylinderCount")
    headCount = try reader.read("header.headCount")
    trackSectorCount = try reader.read("header.trackSectorCount")
    sectorByteCount = try reader.read("header.sectorByteCount")
    unused = try reader.read("header.unused")
    diskByteCount = try reader.read("header.diskByteCount")
    blockByteCount = try reader.read("header.blockByteCount")
    blockExtraByteCount = try reader.read("header.blockExtraByteCount")
    blockCount = try reader.read("header.blockCount")
    allocatedBlockCount = try reader.read("header.allocatedBlockCount")
    imageUUID = try reader.readGUID("header.imageUUID")
    lastSnapshotUUID = try reader.readGUID("header.lastSnapshotUUID")
    linkUUID = try reader.readGUID("header.linkUUID")
    parentUUID = try reader.readGUID("header.parentUUID")
  }

  /// All ``byteCount`` bytes.
  package func encode() -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: Self.byteCount)
    writer.write(text)
    for field in [signature, version, headerByteCount, imageType, flags] { writer.write(field) }
    writer.write(description)
    for field in [
      blockMapByteOffset, dataByteOffset, cylinderCount, headCount, trackSectorCount,
      sectorByteCount, unused,
    ] { writer.write(field) }
    writer.write(diskByteCount)
    for field in [blockByteCount, blockExtraByteCount, blockCount, allocatedBlockCount] {
      writer.write(field)
    }
    for uuid in [imageUUID, lastSnapshotUUID, linkUUID, parentUUID] { writer.write(uuid) }
    return writer.bytes
  }
}

/// The types of image that stand alone.
package enum VDIImageType: UInt32, Sendable {
  /// Blocks get their place when they are first written.
  case dynamic = 1
  /// Every block has its place from the start.
  case `static` = 2
}
