import Bytes
import Glibc
import Host

/// The base of the recording of a large file: what was changed of it is kept, and the rest stays in the file.
///
///     base.kept      what the file held in the ranges that were changed, where they stand in it
///     base.lent      those ranges, and which file has the rest (``LentFile``); empty until the program has ended
final class LentBase {
  let contents: LentContents
  private let path: String
  private let kept: PooledFile

  /// - Parameter path: without its ending.
  init(_ contents: LentContents, _ path: String, in pool: OpenFilePool) throws(RecorderError) {
    self.contents = contents
    self.path = path
    kept = try PooledFile(path + LentFile.keptSuffix, in: pool)
  }

  deinit { kept.finish() }

  /// Keeps what stands in a range, also in the shadow, before anything is done to it.
  func keep(_ range: ByteRange, in shadow: ShadowFile, done: (_ piece: Int) -> Void) throws {
    try contents.keep(
      range,
      write: { bytes, byteOffset in
        try bytes.writeAll(to: kept.use(), at: byteOffset, path: kept.path)
        try shadow.keep(bytes, at: byteOffset)
      }, done: done)
  }

  /// Where the file and its recording have to be compared: in all else they are one.
  ///
  /// - Parameter byteCount: how long the file is now.
  func comparedRanges(byteCount: UInt64) -> [ByteRange] {
    let first = contents.byteCount
    let behind = ByteRange(byteOffset: first, byteCount: max(first, byteCount) - first)
    return contents.keptRanges + [behind]
  }

  /// Says which file has what is not kept, in `base.lent`, and that it is itself what the program has left, in
  /// `live.lent`.
  ///
  /// - Parameter list: as ``LentSettlement`` has it.
  func settle(_ list: LentFile, live: String, mode: CopyMode) throws(HostError) {
    try OutputFile.write(list.text, to: path + LentFile.suffix, mode: mode)
    var whole = list
    whole.byteCount = list.identity.byteCount
    whole.kept = []
    try OutputFile.write(whole.text, to: live + LentFile.suffix, mode: mode)
  }

  /// Keeps all that is left: the file is none any more that could have it.
  func keepWhole() throws {
    let all = ByteRange(byteOffset: 0, byteCount: contents.byteCount)
    try contents.keep(
      all, write: { try $0.writeAll(to: kept.use(), at: $1, path: kept.path) }, done: { _ in })
    try Folders.rename(kept.path, to: "\(path).img")
    Folders.remove(path + LentFile.suffix)
  }
}
