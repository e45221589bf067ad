import Bytes
import Glibc

/// A disk image that is written in any order and stays sparse where it is zero.
///
/// Zeroes are never written where nothing stood before, and give the blocks back where something
/// did. Like ``OutputFile`` it has its name only after ``finish()``.
package final class SparseImageFile {
  /// Zeroes are looked for in pieces of this many bytes, the block of most file systems.
  static let pieceByteCount = 4096

  package let path: String
  /// How long the image is.
  package private(set) var byteCount: UInt64
  private let pending: PendingFile
  private var written = WrittenBlocks()

  /// An image of `byteCount` zeroes.
  ///
  /// - Parameter mode: who may read it.
  /// - Throws: ``HostError`` where it cannot be made, and where `path` is a device or a pipe, which
  ///   has no holes.
  package init(
    _ path: String, byteCount: UInt64, mode: CopyMode = .unrestricted
  ) throws(HostError) {
    self.path = path
    self.byteCount = 0
    var status = stat()
    if unsafe stat(path, &status) == 0, !status.isRegularFile, !status.isFolder {
      throw HostError(
        "write an image to", path, found: "it is no regular file",
        hint: "Write to a file, and copy that to the device.")
    }
    pending = try PendingFile(replacing: path, mode: mode)
    try resize(toByteCount: byteCount)
  }

  /// Cuts the image off, or lets it grow by zeroes.
  ///
  /// - Throws: ``HostError``; then the image is given up.
  package func resize(toByteCount newByteCount: UInt64) throws(HostError) {
    guard newByteCount <= UInt64(Int64.max) else { throw refusal(errorNumber: EFBIG) }
    let outcome = SystemCall.retrying { ftruncate(pending.file.descriptor, off_t(newByteCount)) }
    guard outcome == 0 else { throw refusal(errorNumber: errno) }
    byteCount = newByteCount
  }

  /// Takes the place of a file by sharing its blocks, which costs nothing; says whether the file system can do that.
  ///
  /// - Throws: ``HostError`` where the file cannot be opened.
  package func clone(_ source: String) throws(HostError) -> Bool {
    let file = try OpenFile(source, flags: O_RDONLY | O_NONBLOCK)
    // FICLONE of linux/fs.h.
    guard ioctl(pending.file.descriptor, 0x4004_9409, file.descriptor) == 0 else { return false }
    byteCount = UInt64(max(0, try pending.file.status().st_size))
    written.insert(ByteRange(byteOffset: 0, byteCount: byteCount))
    return true
  }

  /// Writes `bytes`, which must end inside of the image.
  ///
  /// - Throws: ``HostError``; then the image is given up.
  package func write(_ bytes: [UInt8], at byteOffset: UInt64) throws(HostError) {
    try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(HostError) in
      try unsafe write(bytes, at: byteOffset)
    }
  }

  /// Writes a part of a region without a copy of it.
  ///
  /// - Throws: ``HostError``; then the image is given up.
  package func write(
    _ region: ByteRegion, in range: Range<Int>, at byteOffset: UInt64
  ) throws(HostError) {
    try unsafe region.withUnsafeBytes(in: range) { (bytes) throws(HostError) in
      try unsafe write(bytes, at: byteOffset)
    }
  }

  /// Makes a range read as zeroes; it must end inside of the image.
  ///
  /// - Throws: ``HostError``; then the image is given up.
  package func zero(_ range: ByteRange) throws(HostError) {
    precondition(range.endByteOffset <= byteCount, "zeroing ends inside of the image")
    guard !range.isEmpty, written.touches(range) else { return }
    let outcome = SystemCall.retrying {
      GNUFunctions.punchHole(
        pending.file.descriptor, byteOffset: range.byteOffset, byteCount: range.byteCount)
    }
    if outcome == 0 { return }
    guard errno == EOPNOTSUPP || errno == ENOSYS else { throw refusal(errorNumber: errno) }
    try writeZeroes(range)
  }

  /// Makes the image durable and gives it its name. To be called once.
  ///
  /// - Throws: ``HostError``; then the file is as it was before.
  package func finish() throws(HostError) {
    try pending.commit()
  }

  /// Gives the image its name without waiting for the disk: for a copy that is soon removed. To be
  /// called once, in place of ``finish()``.
  ///
  /// - Throws: ``HostError``; then the file is as it was before.
  package func finishForShortUse() throws(HostError) {
    try pending.commit(isDurable: false)
  }

  @unsafe private func write(
    _ bytes: UnsafeRawBufferPointer, at byteOffset: UInt64
  ) throws(HostError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    precondition(range.endByteOffset <= byteCount, "a write ends inside of the image")
    var runs = unsafe ZeroRuns(bytes, byteOffset: byteOffset)
    while let run = unsafe runs.next() {
      let runByteOffset = byteOffset + UInt64(run.range.lowerBound)
      let runRange = ByteRange(byteOffset: runByteOffset, byteCount: UInt64(run.range.count))
      if run.isZero {
        try zero(runRange)
      } else {
        unsafe try writeThrough(
          UnsafeRawBufferPointer(rebasing: bytes[run.range]), at: runByteOffset)
        written.insert(runRange)
      }
    }
  }

  private func writeZeroes(_ range: ByteRange) throws(HostError) {
    let zeroes = [UInt8](repeating: 0, count: Int(min(range.byteCount, 1 << 20)))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let partByteCount = Int(min(UInt64(zeroes.count), range.endByteOffset - byteOffset))
      try unsafe zeroes.span.bytes.withUnsafeBytes { (zeroes) throws(HostError) in
        unsafe try writeThrough(
          UnsafeRawBufferPointer(rebasing: zeroes[..<partByteCount]), at: byteOffset)
      }
      byteOffset += UInt64(partByteCount)
    }
  }

  @unsafe private func writeThrough(
    _ bytes: UnsafeRawBufferPointer, at byteOffset: UInt64
  ) throws(HostError) {
    do throws(HostError) {
      try unsafe SystemCall.writeAll(
        bytes, to: pending.file.descriptor, at: byteOffset, subject: path)
    } catch {
      pending.abandon()
      throw error
    }
  }

  private func refusal(errorNumber: Int32) -> HostError {
    pending.abandon()
    return HostError("write to", path, errorNumber: errorNumber)
  }
}
