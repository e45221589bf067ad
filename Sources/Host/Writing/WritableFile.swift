import Bytes
import Glibc

/// A file that is changed where it stands, while no other program uses it.
///
/// It is locked for as long as this object lives, so that a virtual machine that starts meanwhile is
/// refused as this object would be while one runs. What was written is durable after ``sync()``.
package final class WritableFile {
  package let path: String
  package private(set) var byteCount: UInt64
  private let file: OpenFile

  /// - Throws: ``HostError`` where the file is missing, may not be written, is no regular file, or
  ///   is in use.
  package init(_ path: String) throws(HostError) {
    self.path = path
    file = try OpenFile.toChange(path, "change")
    byteCount = UInt64(try file.status().st_size)
  }

  /// Overwrites, and grows the file where the bytes reach beyond its end.
  ///
  /// - Throws: ``HostError``; a part of the bytes can have been written.
  package func write(_ bytes: [UInt8], at byteOffset: UInt64) throws(HostError) {
    let range = try checked(byteOffset, UInt64(bytes.count))
    try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
      try unsafe SystemCall.writeAll(bytes, to: file.descriptor, at: byteOffset, subject: path)
    }
    byteCount = max(byteCount, range.endByteOffset)
  }

  /// Makes a range read as zeroes, and grows the file where it reaches beyond its end.
  ///
  /// - Throws: ``HostError``; a part of the range can be zero by then.
  package func zero(_ range: ByteRange) throws(HostError) {
    let range = try checked(range.byteOffset, range.byteCount)
    let oldByteCount = byteCount
    if range.endByteOffset > oldByteCount { try resize(toByteCount: range.endByteOffset) }
    let end = min(range.endByteOffset, oldByteCount)
    guard range.byteOffset < end else { return }
    let inner = ByteRange(byteOffset: range.byteOffset, byteCount: end - range.byteOffset)
    let outcome = SystemCall.retrying {
      GNUFunctions.punchHole(
        file.descriptor, byteOffset: inner.byteOffset, byteCount: inner.byteCount)
    }
    if outcome == 0 { return }
    guard errno == EOPNOTSUPP || errno == ENOSYS else { throw refusal(errorNumber: errno) }
    try writeZeroes(inner)
  }

  /// Cuts the file off, or lets it grow by zeroes.
  ///
  /// - Throws: ``HostError``; then the length is what it was.
  package func resize(toByteCount newByteCount: UInt64) throws(HostError) {
    _ = try checked(newByteCount, 0)
    let outcome = SystemCall.retrying { ftruncate(file.descriptor, off_t(newByteCount)) }
    guard outcome == 0 else { throw refusal(errorNumber: errno) }
    byteCount = newByteCount
  }

  /// Makes everything that was done before durable.
  ///
  /// - Throws: ``HostError``; then nobody knows what is durable.
  package func sync() throws(HostError) {
    guard SystemCall.retrying({ fsync(file.descriptor) }) == 0 else {
      throw HostError("sync", path, errorNumber: errno)
    }
  }

  private func checked(
    _ byteOffset: UInt64, _ byteCount: UInt64
  ) throws(HostError) -> ByteRange {
    guard let range = ByteRange(checking: byteOffset, byteCount: byteCount),
      range.endByteOffset <= UInt64(Int64.max)
    else { throw refusal(errorNumber: EFBIG) }
    return range
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

  private func refusal(errorNumber: Int32) -> HostError {
    HostError("write to", path, errorNumber: errorNumber)
  }
}
