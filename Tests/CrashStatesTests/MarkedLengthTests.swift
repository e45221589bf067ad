import Bytes
import Testing

@testable import CrashStates

/// Files whose length only size marks change, as in the logs that `record` writes.
@Suite struct MarkedLengthTests {
  /// 954 bytes of a; then 737 of b behind them, and 116 of c at 564, each with the whole sectors that it touches.
  private static func history(isMarked: Bool) throws -> DiskHistory {
    var log = TestLog()
    let first = Array(repeating: UInt8(ascii: "a"), count: 954)
    let appended = first + Array(repeating: UInt8(ascii: "b"), count: 737)
    var over = appended
    over.replaceSubrange(564..<680, with: Array(repeating: UInt8(ascii: "c"), count: 116))
    func sectors(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
      Array((bytes + Array(repeating: 0, count: 2048 - bytes.count))[range])
    }
    log.size(1691)
    log.write(at: 512, sectors(appended, 512..<2048))
    log.write(at: 512, sectors(over, 512..<1024))
    // The sector is the file's in part only, and the length is as it was.
    log.size(1691)
    log.write(at: 1536, sectors(over, 1536..<2048))
    return try DiskHistory(
      index: log.index, base: ByteRegion(first), initialByteCount: 954, hasMarkedLengths: isMarked)
  }

  @Test(arguments: [
    ("cut:5", 1691, "c"), ("cut:1", 1691, "a"), ("cut:5 lost:0", 954, "c"),
    ("cut:3 lost:0,1", 954, "c"), ("cut:5 lost:0,1", 954, "c"), ("cut:5 lost:1,2", 1691, "a"),
  ])
  func aWriteBringsNoLength(text: String, byteCount: Int, byte: String) throws {
    let history = try Self.history(isMarked: true)
    let state = try CrashState(parsing: text)
    #expect(history.byteCount(of: state) == UInt64(byteCount))
    let bytes = history.read(ByteRange(byteOffset: 564, byteCount: 4), in: state)
    #expect(String(decoding: bytes, as: UTF8.self) == String(repeating: byte, count: 4))
  }

  /// A device, or a file that somebody else has logged, is as long as what was written to it.
  @Test func otherwiseAWriteThatReachesBeyondTheEndDoes() throws {
    #expect(
      try Self.history(isMarked: false).byteCount(of: CrashState(cut: 3, lost: [0, 1])) == 1024)
  }

  /// What reaches beyond the length that is left is not there.
  @Test func dataWithoutItsLengthIsCutOff() throws {
    let history = try Self.history(isMarked: true)
    for state in [CrashState(cut: 5, lost: [0, 1, 2, 4]), CrashState(cut: 5, lost: [0, 2])] {
      let whole = ByteRange(byteOffset: 0, byteCount: history.byteCount(of: state))
      #expect(history.read(whole, in: state) == Array(repeating: UInt8(ascii: "a"), count: 954))
    }
  }
}
