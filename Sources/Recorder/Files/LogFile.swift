import Bytes
import Glibc
import Host

/// Takes the bytes of a log: what follows each other is written at once.
final class LogFile {
  private static let bufferByteCount = 1 << 18

  var path: String { file.path }
  private let file: PooledFile
  private var buffer: [UInt8] = []
  private var bufferByteOffset: UInt64 = 0

  /// - Parameter mode: who may read it.
  /// - Throws: ``RecorderError`` where there is such a file already.
  init(
    _ path: String, mode: CopyMode, in pool: OpenFilePool = OpenFilePool()
  ) throws(RecorderError) {
    file = try PooledFile(
      path, in: pool, flags: O_CREAT | O_EXCL, permissions: mode.fileBits,
      hint: "Name a new --output folder.")
  }

  deinit { file.finish() }

  func write(_ bytes: [UInt8], at byteOffset: UInt64) throws(RecorderError) {
    let isNext = bufferByteOffset + UInt64(buffer.count) == byteOffset
    if !isNext || buffer.count + bytes.count > Self.bufferByteCount { try flush() }
    if bytes.count > Self.bufferByteCount {
      try bytes.writeAll(to: file.use(), at: byteOffset, path: path)
      bufferByteOffset = byteOffset + UInt64(bytes.count)
      return
    }
    if buffer.isEmpty { bufferByteOffset = byteOffset }
    buffer.append(contentsOf: bytes)
  }

  func flush() throws(RecorderError) {
    if buffer.isEmpty { return }
    try buffer.writeAll(to: file.use(), at: bufferByteOffset, path: path)
    bufferByteOffset += UInt64(buffer.count)
    buffer.removeAll(keepingCapacity: true)
  }
}
