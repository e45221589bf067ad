import Bytes

/// The numbers that make an image unlike every other one. They are handed in, so that one seed
/// makes one image.
package struct VDIIdentity: Equatable, Sendable {
  package var imageUUID: GUID
  package var lastSnapshotUUID: GUID

  package init(imageUUID: GUID, lastSnapshotUUID: GUID) {
    self.imageUUID = imageUUID
    self.lastSnapshotUUID = lastSnapshotUUID
  }
}

/// A new image, before anything is written: where its parts go, and their bytes.
///
///     byte 0    header, 512 bytes with what is left of its sector
///     byte 512  block map, whole sectors; 0 after its entries
///     then      blocks: all of them in a static image, none in a dynamic one
///
/// Source: what `qemu-img create -f vdi` (7.2.22) makes.
package struct VDILayout: Sendable {
  package static let defaultText = "<<< powercut Virtual Disk Image >>>\n"

  package let header: VDIHeader

  /// - Parameters:
  ///   - virtualDiskByteCount: whole sectors of 512 bytes; nearly 512 TiB at most.
  ///   - isStatic: whether every block has its place from the start.
  ///   - text: what the file begins with, for people; 64 bytes are kept.
  /// - Throws: ``FormatError`` where the format does not allow the size; the place it names is
  ///   where the field would stand.
  package init(
    virtualDiskByteCount: UInt64, isStatic: Bool = false, identity: VDIIdentity,
    text: String = VDILayout.defaultText
  ) throws(FormatError) {
    let sector = UInt64(VDIHeader.knownSectorByteCount)
    let block = UInt64(VDIHeader.knownBlockByteCount)
    let maximum = UInt64(VDIHeader.maximumBlockCount) * block
    guard virtualDiskByteCount % sector == 0, virtualDiskByteCount <= maximum else {
      throw VDIHeader.defect(
        .v02, "diskByteCount", at: 368, "whole sectors of \(sector) bytes, \(maximum) at most",
        "\(virtualDiskByteCount)", "Choose another size for the disk.")
    }
    let blockCount = Self.quotient(virtualDiskByteCount, by: block)
    let mapByteCount = blockCount * UInt64(VDIBlockMapEntry.byteCount)
    header = VDIHeader(
      text: text, imageType: isStatic ? .static : .dynamic,
      blockMapByteOffset: VDIHeader.knownSectorByteCount,
      dataByteOffset: UInt32(sector + Self.quotient(mapByteCount, by: sector) * sector),
      diskByteCount: virtualDiskByteCount, blockByteCount: VDIHeader.knownBlockByteCount,
      blockCount: UInt32(blockCount), allocatedBlockCount: isStatic ? UInt32(blockCount) : 0,
      imageUUID: identity.imageUUID, lastSnapshotUUID: identity.lastSnapshotUUID)
  }

  /// How long the new file is.
  package var fileByteCount: UInt64 {
    let blockCount = header.isStatic ? UInt64(header.blockCount) : 0
    return UInt64(header.dataByteOffset) + blockCount * UInt64(header.blockByteCount)
  }

  /// Calls `body` with everything of the new file that is not zero, in pieces of 64 KiB at most, in
  /// the file's order. The file has ``fileByteCount`` bytes.
  package func forEachPiece<Failure: Error>(
    _ body: (_ bytes: [UInt8], _ byteOffset: UInt64) throws(Failure) -> Void
  ) throws(Failure) {
    try body(header.encode(), 0)
    var entryIndex: UInt32 = 0
    while entryIndex < header.blockCount {
      let count = min(UInt32(VDIBlockMap.pageEntryCount), header.blockCount - entryIndex)
      let entries = (entryIndex..<entryIndex + count).map {
        header.isStatic ? VDIBlockMapEntry.block($0) : .unallocated
      }
      try body(
        Self.encode(entries),
        header.blockMapRange.byteOffset + UInt64(entryIndex) * UInt64(VDIBlockMapEntry.byteCount))
      entryIndex += count
    }
  }

  private static func encode(_ entries: [VDIBlockMapEntry]) -> [UInt8] {
    var writer = ByteWriter(reservingByteCount: entries.count * VDIBlockMapEntry.byteCount)
    for entry in entries { writer.write(entry.rawValue) }
    return writer.bytes
  }

  private static func quotient(_ dividend: UInt64, by divisor: UInt64) -> UInt64 {
    dividend / divisor + (dividend % divisor == 0 ? 0 : 1)
  }
}

extension MemoryImage {
  /// A new image in memory.
  package convenience init(_ layout: VDILayout) {
    self.init(SparseBytes(byteCount: layout.fileByteCount))
    layout.forEachPiece { write($0, at: $1) }
  }
}
