import Bytes
import VDI

/// What `qemu-img create -f vdi V 8M` (7.2.22) left in an image: 1024 bytes, the block map of eight
/// entries at 512, the data from 1024 on, no block.
enum QEMUVDI {
  static let blockByteCount: UInt64 = 1 << 20
  static let mapByteOffset: UInt64 = 512
  static let dataByteOffset: UInt64 = 1024

  static let imageUUID: [UInt8] = [
    0x0e, 0x16, 0xa1, 0xc2, 0x8a, 0xb6, 0x93, 0x4c, 0x82, 0x47, 0xf9, 0x08, 0x4a, 0xb9, 0xaa, 0x47,
  ]
  static let lastSnapshotUUID: [UInt8] = [
    0x0e, 0xe9, 0x15, 0x7f, 0x80, 0xf2, 0x16, 0x4b, 0x8a, 0x36, 0x35, 0x74, 0x32, 0x1f, 0x9b, 0x69,
  ]

  /// Bytes 0 to 511.
  static let header: [UInt8] = {
    var bytes = Array("<<< QEMU VM Virtual Disk Image >>>\n".utf8)
    bytes += [UInt8](repeating: 0, count: 64 - bytes.count)
    bytes += [0x7f, 0x10, 0xda, 0xbe, 0x01, 0x00, 0x01, 0x00, 0x80, 0x01, 0, 0, 0x01, 0, 0, 0]
    bytes += [UInt8](repeating: 0, count: 340 - bytes.count)
    bytes += [0x00, 0x02, 0, 0, 0x00, 0x04, 0, 0, 0, 0, 0, 0]
    bytes += [0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x02, 0, 0, 0, 0, 0, 0]
    bytes += [0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0]
    bytes += [8, 0, 0, 0, 0, 0, 0, 0]
    bytes += imageUUID + lastSnapshotUUID
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }()

  static let unallocated: UInt32 = 0xffff_ffff
  static let discarded: UInt32 = 0xffff_fffe

  /// The image with other entries in its map, and as many blocks as they need.
  ///
  /// - Parameters:
  ///   - map: the first entries; those after them are unallocated.
  ///   - count: what the header counts; `nil` for as many as there are.
  ///   - dataBlockCount: how many blocks the file holds; `nil` for as many as the map names.
  static func file(
    map: [UInt32] = [], count: UInt32? = nil, dataBlockCount: UInt64? = nil
  ) -> MemoryImage {
    let blocks = map.filter { $0 < discarded }
    let held = dataBlockCount ?? blocks.map { UInt64($0) + 1 }.max() ?? 0
    let file = MemoryImage(SparseBytes(byteCount: dataByteOffset + held * blockByteCount))
    file.write(header, at: 0)
    let entries = map + [UInt32](repeating: unallocated, count: 8 - map.count)
    for (index, entry) in entries.enumerated() {
      file.write(littleEndian(entry), at: mapByteOffset + UInt64(index) * 4)
    }
    file.write(littleEndian(count ?? UInt32(blocks.count)), at: 388)
    return file
  }

  /// The image without a block, with some bytes overwritten.
  static func file(patching bytes: [UInt8], at byteOffset: UInt64) -> MemoryImage {
    let file = file()
    file.write(bytes, at: byteOffset)
    return file
  }

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
  }
}
