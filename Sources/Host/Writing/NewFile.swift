import Bytes
import Glibc

/// A file that is written where it stands, under a name that nothing has yet, and stays sparse where it is zero.
///
/// What is given up half-way is there half: for folders that nobody looks into before they are whole.
package final class NewFile {
  private static let pieceByteCount = 1 << 20

  private let path: FilePath
  private let descriptor: Int32

  /// A file of `byteCount` zeroes.
  ///
  /// - Throws: ``HostError`` where it cannot be made.
  package init(_ path: FilePath, byteCount: UInt64) throws(HostError) {
    self.path = path
    descriptor = unsafe path.withCString {
      unsafe open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard descriptor >= 0 else { throw HostError("make", "\(path)", errorNumber: errno) }
    guard byteCount <= UInt64(Int64.max) else {
      throw HostError("write to", "\(path)", errorNumber: EFBIG)
    }
    if byteCount > 0, ftruncate(descriptor, off_t(byteCount)) != 0 {
      throw HostError("write to", "\(path)", errorNumber: errno)
    }
  }

  deinit { _ = close(descriptor) }

  /// A whole file of these bytes.
  ///
  /// - Throws: ``HostError``.
  package static func write(_ bytes: [UInt8], to path: String) throws(HostError) {
    let file = try NewFile(FilePath(path), byteCount: UInt64(bytes.count))
    try file.write(ByteRegion(bytes))
  }

  /// Writes a part of a region, which must end inside of the file.
  ///
  /// - Throws: ``HostError``.
  package func write(
    _ region: ByteRegion, in range: Range<Int>, at byteOffset: UInt64
  ) throws(HostError) {
    try unsafe region.withUnsafeBytes(in: range) { (bytes) throws(HostError) in
      var runs = unsafe ZeroRuns(bytes, byteOffset: byteOffset)
      while let run = unsafe runs.next() {
        if run.isZero { continue }
        try unsafe SystemCall.writeAll(
          UnsafeRawBufferPointer(rebasing: bytes[run.range]), to: descriptor,
          at: byteOffset + UInt64(run.range.lowerBound), subject: "\(path)")
      }
    }
  }

  /// Writes all of a region, to the same places.
  ///
  /// - Throws: ``HostError``.
  package func write(_ region: ByteRegion) throws(HostError) {
    var start = 0
    while start < region.byteCount {
      let extent = region.extent(at: start)
      let end = min(extent?.endByteOffset ?? region.byteCount, start + Self.pieceByteCount)
      if let extent, extent.isHole {
        start = extent.endByteOffset
        continue
      }
      try write(region, in: start..<end, at: UInt64(start))
      start = end
    }
  }

  /// Gives it its permissions; to be called once.
  ///
  /// - Throws: ``HostError``.
  package func finish(mode: UInt32, isDurable: Bool) throws(HostError) {
    guard fchmod(descriptor, mode) == 0 else {
      throw HostError("set the permissions of", "\(path)", errorNumber: errno)
    }
    guard !isDurable || SystemCall.retrying({ fsync(descriptor) }) == 0 else {
      throw HostError("sync", "\(path)", errorNumber: errno)
    }
  }
}
