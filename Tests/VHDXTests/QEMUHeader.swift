import Bytes
import VHDX

/// The two headers that `qemu-img create -f vhdx -o block_size=1M V 64M` (7.2.22) left in an image.
enum QEMUHeader {
  static let first = bytes(checksum: [0x0f, 0x1b, 0x77, 0x9c], sequenceLow: 0xf2)
  static let second = bytes(checksum: [0x78, 0x87, 0x8f, 0x1e], sequenceLow: 0xf3)

  static let header = VHDXHeader(
    sequenceNumber: 0x4ce3_68f2,
    fileWriteGUID: GUID("D03A9800-B887-1E45-8CA7-2BC0BFFCC927") ?? .zero,
    dataWriteGUID: GUID("251EDFB6-AA52-0641-BD2D-F6AB2BE4F573") ?? .zero,
    logByteCount: 1 << 20, logByteOffset: 1 << 20)

  private static func bytes(checksum: [UInt8], sequenceLow: UInt8) -> [UInt8] {
    var bytes: [UInt8] = [0x68, 0x65, 0x61, 0x64]
    bytes += checksum
    bytes += [sequenceLow, 0x68, 0xe3, 0x4c, 0, 0, 0, 0]
    bytes += [0x00, 0x98, 0x3a, 0xd0, 0x87, 0xb8, 0x45, 0x1e]
    bytes += [0x8c, 0xa7, 0x2b, 0xc0, 0xbf, 0xfc, 0xc9, 0x27]
    bytes += [0xb6, 0xdf, 0x1e, 0x25, 0x52, 0xaa, 0x41, 0x06]
    bytes += [0xbd, 0x2d, 0xf6, 0xab, 0x2b, 0xe4, 0xf5, 0x73]
    bytes += [UInt8](repeating: 0, count: 16)
    bytes += [0, 0, 1, 0, 0, 0, 0x10, 0, 0, 0, 0x10, 0, 0, 0, 0, 0]
    return bytes + [UInt8](repeating: 0, count: 4096 - bytes.count)
  }
}
