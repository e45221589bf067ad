import Bytes
import Glibc
import Host

/// The first contents of a large file: they stay in the file itself, and each piece is kept before a program changes
/// it for the first time.
///
/// So for each piece one of two things holds: it is kept, or nobody who is recorded has changed it yet and the file
/// still has it.
final class LentContents {
  private static let mostPieces: UInt64 = 1 << 14
  /// A list of more ranges than that is slower to map than a copy is to make.
  private static let mostRanges = 4096
  /// How much is copied at once.
  private static let partByteCount: UInt64 = 1 << 20

  let byteCount: UInt64
  let pieceByteCount: UInt64
  /// The file, open to be read: its contents are there as long as this is, whatever becomes of its name.
  private let descriptor: Int32
  private var isKept: [Bool]
  /// Its place among the files of the journal that are lent; `nil` until a program comes to it.
  var place: UInt32?

  /// `nil` where the file system does not say surely enough whether a file was changed, or somebody has the file open
  /// to write to it.
  init?(_ path: String) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard descriptor >= 0, unsafe fstat(descriptor, &status) == 0, status.st_size > 0 else {
      byteCount = 0
      pieceByteCount = 1
      isKept = []
      return nil
    }
    byteCount = UInt64(status.st_size)
    var pieceByteCount = UInt64(max(4096, getpagesize()))
    while byteCount > pieceByteCount * Self.mostPieces { pieceByteCount *= 2 }
    self.pieceByteCount = pieceByteCount
    isKept = [Bool](
      repeating: false, count: Int((byteCount + pieceByteCount - 1) / pieceByteCount))
    guard FileWriters.areTold(of: descriptor), FileWriters.areAbsent(from: descriptor) else {
      return nil
    }
  }

  /// How many bytes of data a file has, without its holes.
  static func dataByteCount(of path: String) -> UInt64 {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(max(0, status.st_blocks)) * 512 : 0
  }

  deinit { if descriptor >= 0 { _ = close(descriptor) } }

  /// Where the file can be read whatever its name is.
  var readablePath: String { "/proc/self/fd/\(descriptor)" }

  /// Whether it is the file that is at a path.
  func isFile(at path: String) -> Bool {
    var (own, other) = (stat(), stat())
    guard unsafe fstat(descriptor, &own) == 0, unsafe stat(path, &other) == 0 else { return false }
    return own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  /// Whether somebody has the file open to write to it, or has mapped it so.
  var hasWriters: Bool { !FileWriters.areAbsent(from: descriptor) }

  /// Whether the contents were changed last at a time.
  func wasModified(at time: (seconds: Int64, nanoseconds: UInt32)) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && Int64(status.st_mtim.tv_sec) == time.seconds
      && UInt32(truncatingIfNeeded: status.st_mtim.tv_nsec) == time.nanoseconds
  }

  // MARK: Pieces

  /// Keeps the pieces of a range that are not kept yet.
  ///
  /// - Parameters:
  ///   - write: puts bytes where the pieces are kept.
  ///   - done: told of each piece that is kept from now on.
  func keep(
    _ range: ByteRange, write: (_ bytes: [UInt8], _ byteOffset: UInt64) throws -> Void,
    done: (_ piece: Int) -> Void
  ) throws {
    for piece in pieces(of: range) where !isKept[piece] {
      var start = UInt64(piece) * pieceByteCount
      let end = min(start + pieceByteCount, byteCount)
      while start < end {
        let count = min(Self.partByteCount, end - start)
        let bytes = try read(ByteRange(byteOffset: start, byteCount: count))
        // What holds zeroes stays a hole there.
        if bytes.contains(where: { $0 != 0 }) { try write(bytes, start) }
        start += count
      }
      isKept[piece] = true
      done(piece)
    }
  }

  private func pieces(of range: ByteRange) -> Range<Int> {
    let end = min(range.endByteOffset, byteCount)
    guard range.byteOffset < end else { return 0..<0 }
    return Int(range.byteOffset / pieceByteCount)..<Int((end - 1) / pieceByteCount) + 1
  }

  /// How a range is put together: what the file has, and what is kept or lies behind its first contents.
  func parts(of range: ByteRange) -> [(range: ByteRange, isLent: Bool)] {
    var parts: [(range: ByteRange, isLent: Bool)] = []
    var start = range.byteOffset
    while start < range.endByteOffset {
      let isBehind = start >= byteCount
      let pieceEnd = isBehind ? .max : (start / pieceByteCount + 1) * pieceByteCount
      let end = min(range.endByteOffset, isBehind ? .max : min(pieceEnd, byteCount))
      let isLent = !isBehind && !isKept[Int(start / pieceByteCount)]
      parts.append((ByteRange(byteOffset: start, byteCount: end - start), isLent))
      start = end
    }
    return parts
  }

  /// What of the file is kept, in ranges that do not touch each other.
  var keptRanges: [ByteRange] { runs { isKept[$0] } }

  private func runs(where isIn: (Int) -> Bool) -> [ByteRange] {
    var runs: [ByteRange] = []
    for piece in isKept.indices where isIn(piece) {
      let start = UInt64(piece) * pieceByteCount
      let end = min(start + pieceByteCount, byteCount)
      if let last = runs.last, last.endByteOffset == start {
        runs[runs.count - 1].byteCount += end - start
      } else {
        runs.append(ByteRange(byteOffset: start, byteCount: end - start))
      }
    }
    return runs
  }

  /// How many bytes the file has that are kept nowhere else.
  var lentByteCount: UInt64 { runs { !isKept[$0] }.reduce(0) { $0 + $1.byteCount } }

  /// Whether little enough of it is kept that the rest can stay where it is.
  var isWorthLending: Bool { keptRanges.count <= Self.mostRanges && lentByteCount > 0 }

  // MARK: Reading

  /// What the file holds in a range of its first contents that nobody has changed.
  ///
  /// - Throws: ``RecorderError`` where it cannot be read, or somebody who is not recorded has cut the file off.
  func read(_ range: ByteRange) throws(RecorderError) -> [UInt8] {
    let read = [UInt8].read(range, from: descriptor)
    guard read.readByteCount == read.bytes.count else {
      throw RecorderError(
        "read", readablePath,
        found: read.errorNumber == 0
          ? "the file has become shorter" : String(errorNumber: read.errorNumber),
        hint: "Have nobody else change the file, or keep it whole with --keep-whole.")
    }
    return read.bytes
  }
}
