import Bytes

/// Where things are in an image; the header must hold for anything but the block map's range.
extension VDIHeader {
  package var isStatic: Bool { imageType == VDIImageType.static.rawValue }

  /// Where the entries of the block map stand, not what is left of its last sector.
  package var blockMapRange: ByteRange {
    ByteRange(
      byteOffset: UInt64(blockMapByteOffset),
      byteCount: UInt64(blockCount) * UInt64(VDIBlockMapEntry.byteCount))
  }

  /// The size of the virtual disk: as QEMU does it, whole sectors, a last one that is not whole
  /// made so.
  package var virtualDiskByteCount: UInt64 {
    let sector = UInt64(Self.knownSectorByteCount)
    return (diskByteCount + sector - 1) / sector * sector
  }

  /// Where a block of the data stands; it need not lie inside of the file.
  package func dataRange(ofBlock blockNumber: UInt32) -> ByteRange {
    ByteRange(
      byteOffset: UInt64(dataByteOffset) + UInt64(blockNumber) * UInt64(blockByteCount),
      byteCount: UInt64(blockByteCount))
  }

  /// The part of the virtual disk that an entry of the map is for; short for the last one, and
  /// empty beyond the disk's end.
  package func diskRange(ofEntry entryIndex: UInt64) -> ByteRange {
    let byteOffset = min(entryIndex * UInt64(blockByteCount), virtualDiskByteCount)
    return ByteRange(
      byteOffset: byteOffset,
      byteCount: min(UInt64(blockByteCount), virtualDiskByteCount - byteOffset))
  }
}
