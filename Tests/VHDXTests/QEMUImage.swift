import Bytes
import VHDX

/// What `qemu-img create -f vhdx -o block_size=1M V 64M` (7.2.22) left in an image of 8 MiB: the log
/// at 1 MiB, the block table at 2 MiB, metadata at 3 MiB.
enum QEMUImage {
  static let fileByteCount: UInt64 = 8 << 20
  static let metadata = ByteRange(byteOffset: 3 << 20, byteCount: 1 << 20)

  static let regionTable: [UInt8] = {
    var bytes: [UInt8] = [0x72, 0x65, 0x67, 0x69, 0x83, 0xce, 0x6f, 0x2c, 2, 0, 0, 0, 0, 0, 0, 0]
    bytes += [0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42]
    bytes += [0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08]
    bytes += [0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0]
    bytes += [0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b]
    bytes += [0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e]
    bytes += [0, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0]
    return bytes + [UInt8](repeating: 0, count: 65536 - bytes.count)
  }()

  static let metadataTable: [UInt8] =
    Array("metadata".utf8) + [0, 0, 5, 0] + [UInt8](repeating: 0, count: 20)
    + [0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d]
    + [0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b]
    + [0, 0, 1, 0, 8, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
    + [0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48]
    + [0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8]
    + [8, 0, 1, 0, 8, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    + [0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45]
    + [0x93, 0xef, 0xc3, 0x09, 0xe0, 0x00, 0xc7, 0x46]
    + [0x10, 0, 1, 0, 0x10, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    + [0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47]
    + [0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab, 0x5f]
    + [0x20, 0, 1, 0, 4, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    + [0xc7, 0x48, 0xa3, 0xcd, 0x5d, 0x44, 0x71, 0x44]
    + [0x9c, 0xc9, 0xe9, 0x88, 0x52, 0x51, 0xc5, 0x56]
    + [0x24, 0, 1, 0, 4, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]

  static let metadataItems: [UInt8] =
    [0, 0, 0x10, 0, 0, 0, 0, 0] + [0, 0, 0, 4, 0, 0, 0, 0]
    + [0xb5, 0x3b, 0x40, 0x77, 0x80, 0x01, 0x49, 0xbc]
    + [0xbe, 0x17, 0x16, 0x8b, 0xd6, 0xa1, 0x2b, 0x35]
    + [0, 2, 0, 0] + [0, 2, 0, 0]

  /// The whole image.
  static var file: MemoryImage {
    let file = MemoryImage(SparseBytes(byteCount: fileByteCount))
    file.write(Array("vhdxfile".utf8) + [0x51, 0, 0x45, 0, 0x4d, 0, 0x55, 0], at: 0)
    file.write(QEMUHeader.first, at: 65536)
    file.write(QEMUHeader.second, at: 131072)
    file.write(regionTable, at: 196608)
    file.write(regionTable, at: 262144)
    file.write(metadataTable, at: metadata.byteOffset)
    file.write(metadataItems, at: metadata.byteOffset + 65536)
    return file
  }

  /// The image with some bytes overwritten.
  static func file(patching bytes: [UInt8], at byteOffset: UInt64) -> MemoryImage {
    let file = file
    file.write(bytes, at: byteOffset)
    return file
  }

  /// The image with other bytes in both region tables, and their checksum.
  static func file(regionTable patch: [UInt8], at byteOffset: Int) -> MemoryImage {
    let table = sealed(regionTable, patching: patch, at: byteOffset)
    let file = file
    file.write(table, at: 196608)
    file.write(table, at: 262144)
    return file
  }

  /// A header or region table with some bytes overwritten and the checksum that then belongs there.
  static func sealed(_ bytes: [UInt8], patching patch: [UInt8], at byteOffset: Int) -> [UInt8] {
    var bytes = bytes
    bytes.replaceSubrange(byteOffset..<byteOffset + patch.count, with: patch)
    bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
    let checksum = Checksum.crc32c(bytes)
    bytes.replaceSubrange(4..<8, with: littleEndian(checksum))
    return bytes
  }

  static func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<MemoryLayout<Value>.size).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
  }
}
