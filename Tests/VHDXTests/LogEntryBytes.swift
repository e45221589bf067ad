import Bytes
import VHDX

/// Log entries written down byte by byte from [MS-VHDX] 2.3.1, without our encoder.
enum LogEntryBytes {
  static let guid = GUID(low: 0x0807_0605_0403_0201, high: 0x100f_0e0d_0c0b_0a09)
  static let guidBytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]

  /// Number 0x1_0000_0002, tail at 4096, flushed 8 MiB, last 9 MiB; zeroes 8192 bytes at 5 MiB and
  /// puts a sector at 4 MiB whose first 8 bytes are 0xaa, last 4 are 0xcc, all others 0xbb.
  ///
  /// The checksum was calculated bit by bit in Python.
  static let zeroAndData: [UInt8] = {
    var bytes: [UInt8] = Array("loge".utf8) + checksum
    bytes += [0, 0x20, 0, 0, 0, 0x10, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]
    bytes += guidBytes
    bytes += [0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x90, 0, 0, 0, 0, 0]
    bytes += Array("zero".utf8) + [0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0]
    bytes += [0, 0, 0x50, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]
    bytes += Array("desc".utf8) + [UInt8](repeating: 0xcc, count: 4)
    bytes += [UInt8](repeating: 0xaa, count: 8)
    bytes += [0, 0, 0x40, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0]
    bytes += [UInt8](repeating: 0, count: 4096 - bytes.count)
    bytes += Array("data".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0xbb, count: 4084)
    return bytes + [2, 0, 0, 0]
  }()

  private static let checksum: [UInt8] = [0x0e, 0x7e, 0xf8, 0xa0]

  /// The bytes with some changed and the checksum that then belongs there.
  static func patched(_ patch: [UInt8], at index: Int, sealing: Bool = true) -> [UInt8] {
    var bytes = zeroAndData
    bytes.replaceSubrange(index..<index + patch.count, with: patch)
    if !sealing { return bytes }
    bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
    bytes.replaceSubrange(4..<8, with: QEMUImage.littleEndian(Checksum.crc32c(bytes)))
    return bytes
  }

  /// A ring of 16 sectors at 1 MiB of a file of 8 MiB, with `bytes` at a place of it, wrapping.
  static func ring(_ bytes: [UInt8], at ringByteOffset: Int = 0) -> LogRing {
    let file = MemoryImage(SparseBytes(byteCount: 8 << 20))
    for start in stride(from: 0, to: bytes.count, by: 4096) {
      file.write(
        [UInt8](bytes[start..<start + 4096]),
        at: 1 << 20 + UInt64((ringByteOffset + start) % 65536))
    }
    return LogRing(file, range: ByteRange(byteOffset: 1 << 20, byteCount: 65536))
  }
}
