import Bytes
import Rules
import TestSupport
import Testing
import VDI

/// Images whose counts and offsets are chosen to cost time or memory, or to lead anywhere.
@Suite struct VDIHostileTests {
  /// Every number of the header as large as it can be, one at a time and all at once.
  @Test(arguments: [76, 340, 344, 360, 376, 380, 384])
  func theLargestNumberIsRefusedBeforeAnythingIsReadByIt(byteOffset: UInt64) {
    let file = EndlessFile(
      QEMUVDI.file(patching: [255, 255, 255, 255], at: byteOffset), byteCount: .max)
    let defects = VDIImage.defects(of: file)
    #expect(defects.first?.rule == .v02)
    #expect(defects.contains { $0.byteOffset == byteOffset })
    #expect(VDIFiles.refusal(of: file) == defects.first)
    #expect(file.largestReadByteCount == 456)
  }

  @Test func aHeaderOfNothingButOnesIsRefused() {
    let file = QEMUVDI.file(patching: [UInt8](repeating: 255, count: 384), at: 72)
    let defects = VDIImage.defects(of: file)
    #expect(defects.count == 10)
    #expect(defects.allSatisfy { $0.rule == .v02 })
  }

  @Test func aMapOfMoreBlocksThanTheFileHoldsIsRefused() {
    // 2^29 - 128 blocks, the most that there may be; the file has a kilobyte.
    let file = QEMUVDI.file(patching: [0x80, 0xff, 0xff, 0x1f], at: 384)
    file.write(QEMUVDI.littleEndian(UInt32(0x8000_0000)), at: 344)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.field) == ["blockMap"])
    #expect(defects.map(\.expected) == ["2147483136 bytes for 536870784 blocks"])
  }

  /// A million entries of zero: all name block 0.
  @Test func aLargeMapIsReadPageByPageAndItsDefectsAreBounded() {
    let start = QEMUVDI.file(patching: QEMUVDI.littleEndian(UInt32(1 << 20)), at: 384)
    start.write(QEMUVDI.littleEndian(UInt32(5 << 20)), at: 344)
    start.write([UInt8](repeating: 0, count: 512), at: 512)
    let file = EndlessFile(start, byteCount: 1 << 60)
    let defects = VDIImage.defects(of: file)
    #expect(file.largestReadByteCount == 65536)
    #expect(defects.filter { $0.rule == .v04 }.count == 64)
    #expect(defects.filter { $0.rule == .v05 }.count == 64)
    #expect(
      defects.filter { $0.rule == .v06 }.map(\.expected) == [
        "1048576, as many blocks as the map names"
      ])
    #expect(defects.count == 129)
  }

  /// Seeded damage: an image opens and reads, or says what is wrong.
  @Test func anyDamageEndsInAnErrorOrInAnImage() {
    var random = SeededNumbers(seed: 11)
    let values: [[UInt8]] = [
      [0], [1], [2], [7], [255], [0, 0, 0, 0], [255, 255, 255, 255], [254, 255, 255, 255],
      [0, 2, 0, 0], [0, 0, 0x10, 0], [255, 255, 255, 255, 255, 255, 255, 255],
    ]
    var openedCount = 0
    for _ in 0..<2000 {
      let file = QEMUVDI.file(map: [0, QEMUVDI.unallocated, 1], dataBlockCount: 2)
      for _ in 0...random.next() % 2 {
        let value = values[Int(random.next() % UInt64(values.count))]
        let place = random.next() % 3 == 0 ? 512 + random.next() % 32 : 64 + random.next() % 392
        file.write(value, at: place)
      }
      if random.next() % 4 == 0 { file.resize(toByteCount: random.next() % file.byteCount) }
      let defects = VDIImage.defects(of: file)
      do throws(FormatError) {
        let image = try VDIImage(reading: file)
        #expect(defects.isEmpty)
        let end = min(image.virtualDiskByteCount, 4096)
        _ = try image.read(ByteRange(byteOffset: 0, byteCount: end))
        try image.forEachExtent { _ in }
        openedCount += 1
      } catch {
        #expect(error == defects.first)
      }
    }
    // Otherwise the damage is all too obvious, and nothing after the first check is tried.
    #expect(openedCount > 200)
  }
}
