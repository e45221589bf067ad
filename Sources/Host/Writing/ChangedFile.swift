import Bytes
import Glibc

/// A file of ours that is changed where it stands, by a part of it at a time.
package final class ChangedFile {
  private let path: FilePath
  private let descriptor: Int32

  /// Its permissions when it was opened.
  private let mode: mode_t

  /// Opens a file as it is.
  ///
  /// - Throws: ``HostError`` where it is gone, or has become something else.
  package init(_ path: FilePath) throws(HostError) {
    self.path = path
    descriptor = unsafe path.withCString { unsafe open($0, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) }
    guard descriptor >= 0 else { throw HostError("write to", "\(path)", errorNumber: errno) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      let errorNumber = errno
      _ = close(descriptor)
      throw HostError("look at", "\(path)", errorNumber: errorNumber)
    }
    mode = status.st_mode
  }

  /// Opens a file and gives it a length; what is behind its old one is zeroes.
  ///
  /// - Throws: ``HostError`` where it is gone, or has become something else.
  package convenience init(_ path: FilePath, byteCount: UInt64) throws(HostError) {
    try self.init(path)
    try resize(toByteCount: byteCount)
  }

  deinit { _ = close(descriptor) }

  /// Cuts it off, or lets it grow by zeroes.
  ///
  /// - Throws: ``HostError``.
  package func resize(toByteCount newByteCount: UInt64) throws(HostError) {
    guard newByteCount <= UInt64(Int64.max), ftruncate(descriptor, off_t(newByteCount)) == 0 else {
      throw HostError("write to", "\(path)", errorNumber: errno)
    }
  }

  /// Whether a path leads to this file and no other name does, with the permissions that it had.
  package func standsAlone(at path: FilePath) -> Bool {
    var (own, named) = (stat(), stat())
    let isThere =
      unsafe fstat(descriptor, &own) == 0
      && path.withCString { path in unsafe lstat(path, &named) } == 0
    return isThere && own.st_ino == named.st_ino && own.st_dev == named.st_dev
      && own.st_mode == mode && own.st_nlink == 1
  }

  /// - Throws: ``HostError``.
  package func write(
    _ region: ByteRegion, in range: Range<Int>, at byteOffset: UInt64
  ) throws(HostError) {
    try unsafe region.withUnsafeBytes(in: range) { (bytes) throws(HostError) in
      try unsafe SystemCall.writeAll(
        bytes, to: descriptor, at: byteOffset, subject: "\(path)")
    }
  }

  /// Makes a range zeroes, without keeping room for it.
  ///
  /// - Throws: ``HostError``.
  package func zero(_ range: ByteRange) throws(HostError) {
    let isPunched = GNUFunctions.punchHole(
      descriptor, byteOffset: range.byteOffset, byteCount: range.byteCount)
    if isPunched == 0 { return }
    let zeroes = ByteRegion([UInt8](repeating: 0, count: Int(min(range.byteCount, 1 << 16))))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let count = Int(min(UInt64(zeroes.byteCount), range.endByteOffset - byteOffset))
      try write(zeroes, in: 0..<count, at: byteOffset)
      byteOffset += UInt64(count)
    }
  }
}
