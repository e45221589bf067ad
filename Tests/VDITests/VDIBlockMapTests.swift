import Bytes
import Rules
import Testing
import VDI

/// Block maps written by hand.
@Suite struct VDIBlockMapTests {
  private static let free = QEMUVDI.unallocated

  @Test(
    arguments: [
      [], [0], [0, free, 1], [2, 1, 0], [free, QEMUVDI.discarded, 0], [7, 6, 5, 4, 3, 2, 1, 0],
    ] as [[UInt32]])
  func aMapWithEachBlockOnceHolds(map: [UInt32]) throws {
    let file = QEMUVDI.file(map: map)
    #expect(VDIImage.defects(of: file).isEmpty)
    #expect(try VDIImage(reading: file).blockMap.entryCount == 8)
  }

  struct Damage: Sendable, CustomTestStringConvertible {
    var name: String
    var map: [UInt32]
    var count: UInt32?
    var dataBlockCount: UInt64?
    /// Each with the byte of its entry.
    var rules: [Rule]
    var byteOffsets: [UInt64]
    var expected: String
    var found: String

    var testDescription: String { name }
    var file: MemoryImage {
      QEMUVDI.file(map: map, count: count, dataBlockCount: dataBlockCount)
    }
  }

  static let damages = [
    Damage(
      name: "a block that no image of eight can have", map: [0, 8], dataBlockCount: 9,
      rules: [.v03], byteOffsets: [516], expected: "a block below 8, as many as there are",
      found: "block 8"),
    Damage(
      name: "the largest number that is a block's", map: [0xffff_fffd], dataBlockCount: 1,
      rules: [.v03], byteOffsets: [512], expected: "a block below 8, as many as there are",
      found: "block 4294967293"),
    Damage(
      name: "a block behind the end of the file", map: [0, 1, 2], dataBlockCount: 2,
      rules: [.v03], byteOffsets: [520],
      expected: "a block that ends inside of the file's 2098176 bytes",
      found: "block 2 at [2098176, 3146752)"),
    Damage(
      name: "a block of two entries", map: [0, 1, free, 0], rules: [.v04], byteOffsets: [524],
      expected: "a block that no entry before names",
      found: "block 0, which entry 0 names too"),
    Damage(
      name: "a block that is not counted, the number being right", map: [0, 1, 3],
      rules: [.v05], byteOffsets: [520], expected: "a block below the header's count of 3",
      found: "block 3"),
    Damage(
      name: "a count that was lost", map: [0, 1, 2], count: 2, rules: [.v05, .v06],
      byteOffsets: [520, 388], expected: "a block below the header's count of 2",
      found: "block 2"),
    Damage(
      name: "a count of more than there are", map: [0, 1], count: 3, rules: [.v06],
      byteOffsets: [388], expected: "2, as many blocks as the map names", found: "3"),
    Damage(
      name: "a count without any block", map: [], count: .max, rules: [.v06],
      byteOffsets: [388], expected: "0, as many blocks as the map names", found: "4294967295"),
  ]

  @Test(arguments: damages)
  func eachWrongEntryIsNamedAndStopsOpening(damage: Damage) {
    let defects = VDIImage.defects(of: damage.file)
    #expect(defects.map(\.rule) == damage.rules)
    #expect(defects.map(\.byteOffset) == damage.byteOffsets)
    #expect(defects.first?.expected == damage.expected)
    #expect(defects.first?.found == damage.found)
    #expect(VDIFiles.refusal(of: damage.file) == defects.first)
    #expect(VDIFiles.refusal(of: damage.file, blockMap: .whenRead) == nil)
  }

  @Test func aStaticImageHasEveryBlock() {
    let file = QEMUVDI.file(map: [0, 1, 2, 3, 4, 5, 6, 7])
    file.write([2], at: 76)
    #expect(VDIImage.defects(of: file).isEmpty)
    file.write(QEMUVDI.littleEndian(QEMUVDI.discarded), at: 540)
    file.write([7], at: 388)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [.v07])
    #expect(defects.map(\.byteOffset) == [540])
    #expect(defects.map(\.expected) == ["a block: the image is static"])
    #expect(defects.map(\.found) == ["0xfffffffe"])
  }

  /// What lies beyond the disk's end is nobody's data; the last block's can be missing from the
  /// file.
  @Test func onlyWhatBelongsToTheDiskHasToBeInTheFile() {
    let file = QEMUVDI.file(map: [Self.free, 0])
    file.write(QEMUVDI.littleEndian(UInt64(1 << 20) + 513), at: 368)
    file.resize(toByteCount: 1024 + 1024)
    #expect(VDIImage.defects(of: file).isEmpty)
    file.resize(toByteCount: 1024 + 1023)
    #expect(VDIImage.defects(of: file).map(\.rule) == [.v03])
    let behind = QEMUVDI.file(map: [Self.free, 1, 0], dataBlockCount: 0)
    #expect(VDIImage.defects(of: behind).map(\.rule) == [.v03, .v03])
    behind.write(QEMUVDI.littleEndian(UInt64(1 << 20)), at: 368)
    #expect(VDIImage.defects(of: behind).isEmpty)
  }

  /// The map has three pages; the entries are in the second and the third.
  @Test func theOtherOwnerOfABlockIsFoundInALargeMap() {
    let file = QEMUVDI.file(patching: QEMUVDI.littleEndian(UInt32(40_000)), at: 384)
    file.write(QEMUVDI.littleEndian(UInt32(1 << 20)), at: 344)
    file.write([2], at: 388)
    file.write([UInt8](repeating: 255, count: 160_000), at: 512)
    for entryIndex: UInt64 in [20_000, 39_999] {
      file.write(QEMUVDI.littleEndian(UInt32(1)), at: 512 + entryIndex * 4)
    }
    file.resize(toByteCount: 3 << 20)
    let defects = VDIImage.defects(of: file)
    #expect(defects.map(\.rule) == [.v04])
    #expect(defects.map(\.byteOffset) == [512 + 39_999 * 4])
    #expect(defects.map(\.found) == ["block 1, which entry 20000 names too"])
  }

  @Test func everyDefectIsToldUpToALimit() {
    let file = QEMUVDI.file(map: [0, 0, 9, 0, 7, 0], count: 1, dataBlockCount: 1)
    #expect(
      VDIImage.defects(of: file).map { "\($0.rule?.rawValue ?? "") \($0.field)" }
        == [
          "V04 blockMap[1]", "V03 blockMap[2]", "V04 blockMap[3]", "V03 blockMap[4]",
          "V05 blockMap[4]", "V04 blockMap[5]", "V06 header.allocatedBlockCount",
        ])
    #expect(
      VDIImage.defects(of: file, limit: 1).map(\.rule) == [.v04, .v03, .v05, .v06])
    #expect(VDIImage.defects(of: file, limit: 0).isEmpty)
  }

  @Test func entriesAreWhatTheirNumbersSay() {
    let numbers: [UInt32] = [0, 1, 0xffff_fffd, 0xffff_fffe, 0xffff_ffff]
    let entries: [VDIBlockMapEntry] = [
      .block(0), .block(1), .block(0xffff_fffd), .discarded, .unallocated,
    ]
    #expect(numbers.map { VDIBlockMapEntry(rawValue: $0) } == entries)
    #expect(entries.map(\.rawValue) == numbers)
  }
}
