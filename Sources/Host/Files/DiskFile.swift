import Bytes
import Glibc

/// A disk's contents in a file of a fixed length, read and written where they stand by several threads.
///
/// It is locked for as long as this object lives, as ``WritableFile`` is.
package final class DiskFile: @unchecked Sendable {
  package let path: String
  package let byteCount: UInt64
  /// Never closed before the end, so that threads may share it.
  private let file: OpenFile
  private let holes: HoleFinder?

  /// - Throws: ``HostError`` where the file is missing, may not be written, is no regular file, or
  ///   is in use.
  package init(_ path: String) throws(HostError) {
    self.path = path
    file = try OpenFile.toChange(path, "serve")
    byteCount = UInt64(try file.status().st_size)
    holes = HoleFinder(file)
  }

  /// - Throws: ``HostError``, also where the file has become shorter.
  package func read(_ range: ByteRange) throws(HostError) -> [UInt8] {
    check(range)
    var doneByteCount = 0
    var bytes = [UInt8](repeating: 0, count: Int(range.byteCount))
    while doneByteCount < bytes.count {
      let count = SystemCall.retrying {
        unsafe bytes.withUnsafeMutableBytes { buffer in
          unsafe pread(
            file.descriptor, buffer.baseAddress?.advanced(by: doneByteCount),
            buffer.count - doneByteCount, off_t(range.byteOffset) + off_t(doneByteCount))
        }
      }
      guard count > 0 else {
        throw HostError("read", path, errorNumber: count == 0 ? EIO : errno)
      }
      doneByteCount += count
    }
    return bytes
  }

  /// The extent that stands at a place, as far as the file system tells; `nil` where it does not.
  package func extent(at byteOffset: UInt64) -> SparseExtent? {
    check(ByteRange(byteOffset: byteOffset, byteCount: 0))
    return holes?.extent(at: Int(byteOffset), byteCount: Int(byteCount))
  }

  /// - Throws: ``HostError``; a part of the bytes can have been written.
  package func write(_ bytes: [UInt8], at byteOffset: UInt64) throws(HostError) {
    check(ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count)))
    try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
      try unsafe SystemCall.writeAll(bytes, to: file.descriptor, at: byteOffset, subject: path)
    }
  }

  /// Makes a range read as zeroes.
  ///
  /// - Parameter keepsSpace: whether the range keeps its blocks, so that later writes find room.
  /// - Throws: ``HostError``; a part of the range can be zero by then.
  package func zero(_ range: ByteRange, keepsSpace: Bool) throws(HostError) {
    check(range)
    if range.isEmpty { return }
    let outcome = SystemCall.retrying {
      keepsSpace
        ? GNUFunctions.zeroRange(
          file.descriptor, byteOffset: range.byteOffset, byteCount: range.byteCount)
        : GNUFunctions.punchHole(
          file.descriptor, byteOffset: range.byteOffset, byteCount: range.byteCount)
    }
    if outcome == 0 { return }
    guard errno == EOPNOTSUPP || errno == ENOSYS else {
      throw HostError("write to", path, errorNumber: errno)
    }
    try writeZeroes(range)
  }

  /// Makes everything that was done before durable.
  ///
  /// - Throws: ``HostError``; then nobody knows what is durable.
  package func sync() throws(HostError) {
    guard SystemCall.retrying({ fdatasync(file.descriptor) }) == 0 else {
      throw HostError("sync", path, errorNumber: errno)
    }
  }

  private func writeZeroes(_ range: ByteRange) throws(HostError) {
    let zeroes = [UInt8](repeating: 0, count: Int(min(range.byteCount, 1 << 20)))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let partByteCount = Int(min(UInt64(zeroes.count), range.endByteOffset - byteOffset))
      try write([UInt8](zeroes.prefix(partByteCount)), at: byteOffset)
      byteOffset += UInt64(partByteCount)
    }
  }

  private func check(_ range: ByteRange) {
    precondition(range.endByteOffset <= byteCount, "a range inside of the disk")
  }
}
