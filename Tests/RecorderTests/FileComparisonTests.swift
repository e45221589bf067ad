import Bytes
import Host
import TestSupport
import Testing

@testable import Recorder

/// Where a file differs from its recording is found wherever that is.
@Suite struct FileComparisonTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func problem(_ real: String, _ recorded: String) throws -> RecordingProblem? {
    try shell("cd '\(folder.path)'; rm -f real recorded; \(real) > real; \(recorded) > recorded")
    return try FileComparison.problem(
      of: folder.path("real"), named: FilePath(folder.path("real")),
      recordedAs: folder.path("recorded"))
  }

  private func differs(_ byteOffset: UInt64, _ expected: UInt8, _ found: UInt8) -> RecordingProblem
  {
    .differs(
      path: folder.path("real"), byteOffset: byteOffset, expected: expected, found: found)
  }

  @Test func theLastByteOfALongFileCounts() throws {
    let long = "head -c 2999999 /dev/zero"
    let found = try problem("(\(long); printf 1)", "(\(long); printf 2)")
    #expect(found == differs(2_999_999, 0x32, 0x31))
    #expect(try problem("(\(long); printf 1)", "(\(long); printf 1)") == nil)
  }

  @Test func aHoleIsZeroes() throws {
    let hole = "head -c 0 /dev/zero; truncate -s 8M"
    #expect(try problem("\(hole) real", "head -c 8388608 /dev/zero") == nil)
    let data = "(head -c 4194304 /dev/zero; printf 1; head -c 4194303 /dev/zero)"
    #expect(try problem("\(hole) real", data) == differs(4 << 20, 0x31, 0))
    #expect(try problem(data, "\(hole) recorded") == differs(4 << 20, 0, 0x31))
  }

  @Test(arguments: [(4, 5), (5, 4), (0, 1)])
  func anotherLengthIsADifference(realByteCount: Int, recordedByteCount: Int) throws {
    let found = try problem(
      "head -c \(realByteCount) /dev/zero", "head -c \(recordedByteCount) /dev/zero")
    #expect(
      found
        == .lengthDiffers(
          path: folder.path("real"), byteCount: UInt64(realByteCount),
          recordedByteCount: UInt64(recordedByteCount)))
  }
}
