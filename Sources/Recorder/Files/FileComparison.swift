import Bytes
import Glibc
import Host

/// Where two files differ.
enum FileComparison {
  private static let pieceByteCount = 1 << 20

  /// The problem that the difference between a file and its recording is; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - readable: where the file can be read.
  ///   - name: what it is called in the problem.
  ///   - ranges: where they are compared; `nil` for everywhere.
  /// - Throws: ``HostError`` where one of them cannot be read.
  static func problem(
    of readable: String, named name: FilePath, recordedAs shadow: String,
    in ranges: [ByteRange]? = nil
  ) throws(HostError) -> RecordingProblem? {
    let path = "\(name)"
    let real = try MappedFile.map(readable, access: .sequential)
    let recorded = try MappedFile.map(shadow, access: .sequential)
    guard real.byteCount == recorded.byteCount else {
      return .lengthDiffers(
        path: path, byteCount: UInt64(real.byteCount),
        recordedByteCount: UInt64(recorded.byteCount))
    }
    for range in ranges ?? [ByteRange(byteOffset: 0, byteCount: UInt64(real.byteCount))] {
      let start = Int(min(range.byteOffset, UInt64(real.byteCount)))
      let end = Int(min(range.endByteOffset, UInt64(real.byteCount)))
      if let place = difference(of: real, recorded, in: start..<end) {
        return .differs(
          path: path, byteOffset: UInt64(place), expected: recorded.load(at: place, as: UInt8.self),
          found: real.load(at: place, as: UInt8.self))
      }
    }
    return nil
  }

  /// Without copies: whole files are compared at the end of each recording.
  private static func areEqual(
    _ one: ByteRegion, _ other: ByteRegion, in range: Range<Int>
  ) -> Bool {
    unsafe one.withUnsafeBytes(in: range) { one in
      unsafe other.withUnsafeBytes(in: range) { other in
        guard let one = one.baseAddress, let other = other.baseAddress else {
          return true
        }
        return unsafe memcmp(one, other, range.count) == 0
      }
    }
  }

  /// The first byte of a range in which they differ; `nil` where there is none.
  private static func difference(
    of real: ByteRegion, _ recorded: ByteRegion, in range: Range<Int>
  ) -> Int? {
    var start = range.lowerBound
    while start < range.upperBound {
      if let one = real.extent(at: start), let other = recorded.extent(at: start), one.isHole,
        other.isHole
      {
        start = min(one.endByteOffset, other.endByteOffset)
        continue
      }
      let end = min(start + pieceByteCount, range.upperBound)
      if !areEqual(real, recorded, in: start..<end) {
        let (one, other) = (real.bytes(in: start..<end), recorded.bytes(in: start..<end))
        return start + zip(one, other).prefix { $0 == $1 }.count
      }
      start = end
    }
    return nil
  }
}
