import Bytes
import Host

/// Where two files differ.
enum FileComparison {
  private static let pieceByteCount = 1 << 20

  /// The problem that the difference between a file and its recording is; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - readable: where the file can be read.
  ///   - name: what it is called in the problem.
  /// - Throws: ``HostError`` where one of them cannot be read.
  static func problem(
    of readable: String, named name: FilePath, recordedAs shadow: String
  ) throws(HostError) -> RecordingProblem? {
    let path = "\(name)"
    let real = try MappedFile.map(readable, access: .sequential)
    let recorded = try MappedFile.map(shadow, access: .sequential)
    guard real.byteCount == recorded.byteCount else {
      return .lengthDiffers(
        path: path, byteCount: UInt64(real.byteCount),
        recordedByteCount: UInt64(recorded.byteCount))
    }
    var start = 0
    while start < real.byteCount {
      if let one = real.extent(at: start), let other = recorded.extent(at: start), one.isHole,
        other.isHole
      {
        start = min(one.endByteOffset, other.endByteOffset)
        continue
      }
      let end = min(start + pieceByteCount, real.byteCount)
      let one = real.bytes(in: start..<end)
      let other = recorded.bytes(in: start..<end)
      if one != other {
        let place = zip(one, other).prefix { $0 == $1 }.count
        return .differs(
          path: path, byteOffset: UInt64(start + place), expected: other[other.startIndex + place],
          found: one[one.startIndex + place])
      }
      start = end
    }
    return nil
  }
}
