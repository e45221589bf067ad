import Bytes
import Testing

@Suite struct ByteRangeTests {
  @Test func overlapIsSharedBytes() {
    let range = ByteRange(byteOffset: 100, byteCount: 50)
    #expect(range.overlaps(ByteRange(byteOffset: 149, byteCount: 1)))
    #expect(range.overlaps(ByteRange(byteOffset: 0, byteCount: 101)))
    #expect(range.overlaps(ByteRange(byteOffset: 0, byteCount: 1000)))
    #expect(!range.overlaps(ByteRange(byteOffset: 150, byteCount: 10)))
    #expect(!range.overlaps(ByteRange(byteOffset: 0, byteCount: 100)))
  }

  @Test func unitsAreThoseThatAreTouched() {
    #expect(ByteRange(byteOffset: 0, byteCount: 512).units == 0..<1)
    #expect(ByteRange(byteOffset: 511, byteCount: 2).units == 0..<2)
    #expect(ByteRange(byteOffset: 512, byteCount: 1024).units == 1..<3)
    #expect(ByteRange(byteOffset: 700, byteCount: 1).units == 1..<2)
    #expect(ByteRange(byteOffset: 700, byteCount: 0).units.isEmpty)
    #expect(ByteRange(byteOffset: .max - 1, byteCount: 1).units.count == 1)
  }

  @Test func rangesFromOutsideAreCheckedForTheirEnd() {
    #expect(ByteRange(checking: .max, byteCount: 1) == nil)
    #expect(ByteRange(checking: 1, byteCount: .max) == nil)
    #expect(ByteRange(checking: .max, byteCount: 0)?.endByteOffset == .max)
    #expect(ByteRange(checking: 0, byteCount: .max)?.endByteOffset == .max)
  }

  @Test func aRangeIsPrintedHalfOpen() {
    #expect(ByteRange(byteOffset: 4096, byteCount: 4096).description == "[4096, 8192)")
  }

  @Test func anEndBeyondSixtyFourBitsTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = ByteRange(byteOffset: .max, byteCount: 1)
    }
  }
}
