import Bytes
import Checking
import Host
import Rules
import TestSupport
import Testing
import VHDX

/// Images that no rule is broken in, to be damaged by hand.
enum ImageCase {
  /// What qemu-img makes: the log at 1 MiB, the block table at 2 MiB, metadata at 3 MiB.
  static func ofQEMU(_ options: String = "block_size=1M,subformat=dynamic", size: String = "64M")
    throws -> MemoryImage
  {
    let folder = try TemporaryFolder()
    let path = folder.path("disk.vhdx")
    try Peer.qemuImage.run(["create", "-q", "-f", "vhdx", "-o", options, path, size])
    return try memory(path)
  }

  static func memory(_ path: String) throws -> MemoryImage {
    let region = try MappedFile.map(path)
    let mapped = RegionImage(region)
    let image = MemoryImage(SparseBytes(byteCount: mapped.byteCount))
    var byteOffset: UInt64 = 0
    while byteOffset < mapped.byteCount {
      let byteCount = min(1 << 16, mapped.byteCount - byteOffset)
      if !region.isZero(in: Int(byteOffset)..<Int(byteOffset + byteCount)) {
        let range = ByteRange(byteOffset: byteOffset, byteCount: byteCount)
        image.write(mapped.read(range), at: byteOffset)
      }
      byteOffset += byteCount
    }
    return image
  }

  static func ofOurs(isFixed: Bool = false, sectorByteCount: UInt32 = 512) throws -> MemoryImage {
    MemoryImage(
      try VHDXLayout(
        virtualDiskByteCount: 64 << 20, isFixed: isFixed, blockByteCount: 1 << 20,
        logicalSectorByteCount: sectorByteCount, physicalSectorByteCount: 4096,
        identity: ImageIdentity(
          fileWriteGUID: GUID(low: 1, high: 2), dataWriteGUID: GUID(low: 3, high: 4),
          virtualDiskID: GUID(low: 5, high: 6))))
  }

  /// Gives the structure at `byteOffset` the checksum that belongs there.
  static func seal(_ image: any WritableImageFile, at byteOffset: UInt64, byteCount: UInt64) {
    image.write([0, 0, 0, 0], at: byteOffset + 4)
    let checksum = Checksum.crc32c(
      image.read(ByteRange(byteOffset: byteOffset, byteCount: byteCount)))
    image.write(littleEndian(checksum), at: byteOffset + 4)
  }

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
  }

  /// The rules that an image breaks, ascending.
  static func rules(_ violations: [Violation]) -> [Rule] {
    Set(violations.map(\.rule)).sorted()
  }
}
