import Bytes
import Checking
import CrashStates
import Host
import ToolSupport
import WriteLog

/// The last state of a large file's recording beside the file, wherever they are not one by themselves: what is not
/// kept of the base is the file's, before and behind.
struct LentEnd {
  private static let pieceByteCount: UInt64 = 1 << 20

  private let source: RecordingSource
  private let list: LentFile
  private let live: ByteRegion
  private let history: DiskHistory

  /// - Parameters:
  ///   - source: read without what is not kept of the base.
  ///   - live: the list of what the program has left.
  init(_ source: RecordingSource, live: String) throws {
    self.source = source
    let folder = live.dropLast("live\(LentFile.suffix)".count)
    let base = "\(folder)base\(LentFile.suffix)"
    list = try LentFile(parsing: InputFile.text(base, maximumByteCount: 1 << 28), at: base)
    self.live = try MappedFile.map(live)
    history = try source.history(try source.index())
  }

  /// What differs, a sentence each.
  func differences() -> [String] {
    let last = history.entryCount
    let byteCount = history.byteCount(atCut: last)
    guard byteCount == UInt64(live.byteCount) else {
      return ["\(source.logPath): it gives \(byteCount) bytes, and the file has \(live.byteCount)"]
    }
    let state = StateImage(history, CrashState(cut: last))
    let behind = ByteRange(byteOffset: list.byteCount, byteCount: .max - list.byteCount)
    for range in list.kept + [behind] + changes {
      var start = range.byteOffset
      let end = min(range.endByteOffset, byteCount)
      while start < end {
        let piece = ByteRange(byteOffset: start, byteCount: min(Self.pieceByteCount, end - start))
        let bytes = live.bytes(in: Int(start)..<Int(piece.endByteOffset))
        if Array(state.read(piece)) != bytes {
          return [
            "\(source.logPath): it does not give the file that was there in the end: \(piece)"
          ]
        }
        start = piece.endByteOffset
      }
    }
    return []
  }

  private var changes: [ByteRange] {
    let index = history.index
    return (0..<index.entryCount).compactMap { place in
      let entry = index[place]
      return entry.kind == .mark || entry.kind == .flush ? nil : entry.deviceRange
    }
  }
}
