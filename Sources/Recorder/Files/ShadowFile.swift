import Bytes
import Glibc

/// A file as its recording has it: the base with every entry so far.
///
/// A log is made of whole sectors, so a write that begins or ends within one is completed from here.
/// In the end it shows whether anything was done to the real file that nobody has seen. Of a file that is lent it has
/// what is kept; all else nobody has changed, and is read from the file itself.
final class ShadowFile {
  var path: String { file.path }
  private(set) var byteCount: UInt64
  private let file: PooledFile
  private let lent: LentContents?

  /// - Throws: ``RecorderError`` where there is no such file.
  init(
    _ path: String, in pool: OpenFilePool = OpenFilePool(), lent: LentContents? = nil
  ) throws(RecorderError) {
    file = try PooledFile(path, in: pool)
    self.lent = lent
    byteCount = UInt64(max(0, lseek(try file.use(), 0, SEEK_END)))
  }

  deinit { file.finish() }

  func write(_ bytes: [UInt8], at byteOffset: UInt64) throws(RecorderError) {
    try bytes.writeAll(to: file.use(), at: byteOffset, path: path)
    byteCount = max(byteCount, byteOffset + UInt64(bytes.count))
  }

  /// Takes in what a file held that is lent, before anything is done to it there.
  func keep(_ bytes: [UInt8], at byteOffset: UInt64) throws(RecorderError) {
    try bytes.writeAll(to: file.use(), at: byteOffset, path: path)
  }

  func resize(toByteCount newByteCount: UInt64) throws(RecorderError) {
    let descriptor = try file.use()
    guard newByteCount <= UInt64(Int64.max), ftruncate(descriptor, off_t(newByteCount)) == 0 else {
      throw RecorderError(
        "resize", path, found: String(errorNumber: errno), hint: "Free some space below --output.")
    }
    byteCount = newByteCount
  }

  /// Zeroes where the file has ended.
  func read(_ range: ByteRange) throws(RecorderError) -> [UInt8] {
    guard let lent else { return try readOwn(range) }
    var bytes: [UInt8] = []
    for part in lent.parts(of: range) {
      bytes += part.isLent ? try lent.read(part.range) : try readOwn(part.range)
    }
    return bytes
  }

  private func readOwn(_ range: ByteRange) throws(RecorderError) -> [UInt8] {
    let read = [UInt8].read(range, from: try file.use())
    guard read.errorNumber == 0 else {
      throw RecorderError(
        "read", path, found: String(errorNumber: read.errorNumber),
        hint: "Look into the kernel's log.")
    }
    return read.bytes
  }
}

extension [UInt8] {
  /// What a file has of a range; zeroes where it ends before.
  ///
  /// - Returns: also how many bytes were there; `errorNumber` is 0 where they could be read.
  static func read(
    _ range: ByteRange, from descriptor: Int32
  ) -> (bytes: [UInt8], readByteCount: Int, errorNumber: Int32) {
    var bytes = [UInt8](repeating: 0, count: Int(range.byteCount))
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe pread(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          off_t(range.byteOffset) + off_t(done))
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return (bytes, done, errno) }
      if count == 0 { break }
      done += count
    }
    return (bytes, done, 0)
  }

  func writeAll(
    to descriptor: Int32, at byteOffset: UInt64, path: String
  ) throws(RecorderError) {
    var done = 0
    while done < count {
      let written = unsafe withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          off_t(byteOffset) + off_t(done))
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else {
        throw RecorderError(
          "write to", path, found: String(errorNumber: errno),
          hint: "Free some space below --output.")
      }
      done += written
    }
  }
}
