import Bytes
import NBD
import Synchronization

/// A disk as a power cut left it, for NBD clients: what they write is kept in memory, over it.
final class CrashStateExport: NBDExport, @unchecked Sendable {
  let byteCount: UInt64
  let isReadOnly: Bool
  /// One client at a time reads or writes it.
  private let image: OverlayImage
  private let lock = Mutex(())

  init(_ file: any ImageFile, isReadOnly: Bool) {
    image = OverlayImage(file)
    byteCount = file.byteCount
    self.isReadOnly = isReadOnly
  }

  func read(_ range: ByteRange) throws(NBDError) -> [UInt8] {
    lock.withLock { _ in image.read(range) }
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    lock.withLock { _ in image.write(bytes, at: byteOffset) }
  }

  func writeZeroes(
    _ range: ByteRange, isFUA: Bool, keepsSpace: Bool, from origin: NBDOrigin
  ) throws(NBDError) {
    lock.withLock { _ in image.zero(range) }
  }

  func trim(_ range: ByteRange, isFUA: Bool, from origin: NBDOrigin) throws(NBDError) {
    lock.withLock { _ in image.zero(range) }
  }

  /// What is kept in memory is as stable as it gets.
  func flush(from origin: NBDOrigin) throws(NBDError) {}
}
