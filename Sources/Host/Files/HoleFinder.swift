import Bytes
import Glibc

/// Asks the file system where a file has holes, without reading them.
final class HoleFinder: Sendable {
  /// The C library shows them only to programs that define `_GNU_SOURCE`.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4

  private let descriptor: Int32

  /// Keeps a descriptor of its own; `nil` where the process has none left.
  init?(_ file: OpenFile) {
    descriptor = fcntl(file.descriptor, F_DUPFD_CLOEXEC, 0)
    if descriptor < 0 { return nil }
  }

  deinit {
    _ = close(descriptor)
  }

  /// - Parameter byteCount: how long the file is.
  func extent(at byteOffset: Int, byteCount: Int) -> SparseExtent? {
    let data = lseek(descriptor, byteOffset, Self.seekData)
    if data < 0 {
      // ENXIO says that only a hole follows.
      return errno == ENXIO ? SparseExtent(isHole: true, endByteOffset: byteCount) : nil
    }
    if data > byteOffset {
      return SparseExtent(isHole: true, endByteOffset: min(data, byteCount))
    }
    let hole = lseek(descriptor, byteOffset, Self.seekHole)
    guard hole > byteOffset else { return nil }
    return SparseExtent(isHole: false, endByteOffset: min(hole, byteCount))
  }
}
