import Bytes
import Testing
import VHDX

@Suite struct OverlayImageTests {
  /// Three pages and a half of ones below.
  private static func overlay() -> OverlayImage {
    let file = MemoryImage(SparseBytes(byteCount: 3 * 4096 + 2048))
    file.write([UInt8](repeating: 1, count: 3 * 4096 + 2048), at: 0)
    return OverlayImage(file)
  }

  private static func bytes(_ image: OverlayImage) -> [UInt8] {
    image.read(ByteRange(byteOffset: 0, byteCount: image.byteCount))
  }

  /// Which stretches of one byte there are: each byte and how often it stands there.
  private static func runs(_ bytes: [UInt8]) -> [[Int]] {
    var runs: [[Int]] = []
    for byte in bytes {
      if let last = runs.last, last[0] == Int(byte) {
        runs[runs.count - 1][1] += 1
      } else {
        runs.append([Int(byte), 1])
      }
    }
    return runs
  }

  @Test func aPartOfAPageKeepsWhatIsBelow() {
    let image = Self.overlay()
    image.write([2, 2], at: 4095)
    #expect(Self.runs(Self.bytes(image)) == [[1, 4095], [2, 2], [1, 3 * 4096 + 2048 - 4097]])
  }

  /// Within a page, whole pages, and pages with parts before and behind, of what is below and of what was written.
  @Test(arguments: [
    ByteRange(byteOffset: 5, byteCount: 7), ByteRange(byteOffset: 4096, byteCount: 4096),
    ByteRange(byteOffset: 4000, byteCount: 4296), ByteRange(byteOffset: 4096, byteCount: 5000),
    ByteRange(byteOffset: 4000, byteCount: 200), ByteRange(byteOffset: 0, byteCount: 14336),
    ByteRange(byteOffset: 8192, byteCount: 6144),
  ])
  func zeroesAreWhereTheyWerePutAndNowhereElse(range: ByteRange) {
    for isWritten in [false, true] {
      let image = Self.overlay()
      let byte: UInt8 = isWritten ? 2 : 1
      if isWritten {
        image.write([UInt8](repeating: 2, count: Int(image.byteCount)), at: 0)
      }
      image.zero(range)
      let expected = (0..<image.byteCount).map {
        $0 >= range.byteOffset && $0 < range.endByteOffset ? 0 : byte
      }
      #expect(Self.bytes(image) == expected, "\(isWritten ? "written" : "below")")
    }
  }

  @Test func whatWasCutOffDoesNotComeBack() {
    let image = Self.overlay()
    image.write([2, 2, 2], at: 5000)
    image.resize(toByteCount: 5001)
    image.resize(toByteCount: 3 * 4096 + 2048)
    #expect(Self.runs(Self.bytes(image)) == [[1, 5000], [2, 1], [0, 3 * 4096 + 2048 - 5001]])
  }

  @Test func zeroesBehindTheEndMakeItLonger() {
    let image = Self.overlay()
    image.zero(ByteRange(byteOffset: 20000, byteCount: 5))
    #expect(image.byteCount == 20005)
    #expect(Self.runs(Self.bytes(image)) == [[1, 14336], [0, 20005 - 14336]])
  }

  @Test func allThatWasDoneIsListedInItsOrder() {
    let image = Self.overlay()
    let range = ByteRange(byteOffset: 1, byteCount: 2)
    image.write([3], at: 7)
    image.flush()
    image.zero(range)
    image.resize(toByteCount: 9)
    image.flush()
    #expect(
      image.changes == [
        .write(byteOffset: 7, bytes: [3]), .flush, .zero(range), .resize(toByteCount: 9), .flush,
      ])
  }

  @Test func whatIsCutOffReadsAsZeroesAfterGrowing() {
    let base = MemoryImage(SparseBytes(byteCount: 300_000))
    base.write([UInt8](repeating: 9, count: 300_000), at: 0)
    let overlay = OverlayImage(base)
    overlay.write([1, 2, 3], at: 65535)
    overlay.resize(toByteCount: 70_000)
    overlay.resize(toByteCount: 400_000)
    #expect(overlay.read(ByteRange(byteOffset: 65534, byteCount: 5)) == [9, 1, 2, 3, 9])
    #expect(overlay.read(ByteRange(byteOffset: 69_999, byteCount: 2)) == [9, 0])
    #expect(overlay.read(ByteRange(byteOffset: 200_000, byteCount: 2)) == [0, 0])
    overlay.zero(ByteRange(byteOffset: 10, byteCount: 5))
    #expect(overlay.read(ByteRange(byteOffset: 9, byteCount: 7)) == [9, 0, 0, 0, 0, 0, 9])
    #expect(base.read(ByteRange(byteOffset: 65535, byteCount: 3)) == [9, 9, 9])
    #expect(overlay.changes.count == 4)
  }
}
