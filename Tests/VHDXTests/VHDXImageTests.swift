import Bytes
import Testing
import VHDX

/// The image of qemu-img, with block tables written by hand.
@Suite struct VHDXImageTests {
  private static let blockTableByteOffset: UInt64 = 2 << 20

  private static func file(_ entries: [UInt64], fileByteCount: UInt64 = 16 << 20) -> MemoryImage {
    let file = QEMUImage.file
    file.resize(toByteCount: fileByteCount)
    file.write(entries.reduce([]) { $0 + QEMUImage.littleEndian($1) }, at: blockTableByteOffset)
    return file
  }

  @Test func anImageOfQEMUOpens() throws {
    let image = try VHDXImage(reading: QEMUImage.file)
    #expect(image.identifier.creator == "QEMU")
    #expect(image.current.slot == .second)
    #expect(image.virtualDiskByteCount == 64 << 20)
    #expect(image.geometry.entryCount == 64)
    #expect(try image.read(ByteRange(byteOffset: 64 << 20, byteCount: 0)) == [])
    #expect(
      try image.read(ByteRange(byteOffset: (64 << 20) - 512, byteCount: 512))
        == [UInt8](repeating: 0, count: 512))
  }

  @Test func eachStateReadsAsItShould() throws {
    // Absent, undefined, zero, unmapped (with an old place), and present out of order.
    let file = Self.file([0, 1, 2, 0x80_0003, 0xa0_0006, 0x80_0006])
    file.write([UInt8](repeating: 5, count: 1 << 20), at: 8 << 20)
    file.write([UInt8](repeating: 4, count: 1 << 20), at: 10 << 20)
    let image = try VHDXImage(reading: file)
    let bytes = try image.read(ByteRange(byteOffset: 0, byteCount: 7 << 20))
    for (block, byte) in [0, 0, 0, 0, 4, 5, 0].enumerated() {
      #expect(bytes[block << 20] == byte)
      #expect(bytes[((block + 1) << 20) - 1] == byte)
    }
    #expect(
      try image.read(ByteRange(byteOffset: (5 << 20) - 2, byteCount: 4)) == [4, 4, 5, 5])
    var extents: [PayloadExtent] = []
    try image.forEachExtent { extents.append($0) }
    #expect(
      extents == [
        PayloadExtent(
          range: ByteRange(byteOffset: 4 << 20, byteCount: 1 << 20), fileByteOffset: 10 << 20,
          state: .fullyPresent),
        PayloadExtent(
          range: ByteRange(byteOffset: 5 << 20, byteCount: 1 << 20), fileByteOffset: 8 << 20,
          state: .fullyPresent),
      ])
  }

  /// Reserved states, a state that needs a parent, reserved bits, places outside of the file, in
  /// the header section, on the log, on a region, and on another block.
  static let badEntries: [[UInt64]] = [
    [4], [5], [7], [0x80_0007], [0x80_000e], [0x88_0006], [6], [0x100_0006],
    [0xffff_ffff_fff0_0006], [0x10_0006], [0x20_0006], [0x30_0006],
    [0x80_0006, 0x80_0006],
  ]

  @Test(arguments: badEntries)
  func anEntryThatCannotBeIsRefusedWithItsPlace(entries: [UInt64]) {
    let file = Self.file([0, 0, 0] + entries)
    let place = Self.blockTableByteOffset + UInt64(8 * (2 + entries.count))
    let error = #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
    #expect(error?.byteOffset == place)
  }

  @Test func withoutALookAtTheWholeTableOtherBlocksAreRead() throws {
    let image = try VHDXImage(
      reading: Self.file([0x80_0006, 4]), options: ImageReadingOptions(blockTable: .whenRead))
    #expect(try image.read(ByteRange(byteOffset: 0, byteCount: 4)) == [0, 0, 0, 0])
    #expect(throws: FormatError.self) {
      try image.read(ByteRange(byteOffset: 1 << 20, byteCount: 1))
    }
    #expect(throws: FormatError.self) { try image.forEachExtent { _ in } }
  }

  @Test func aDirtyImageIsRefusedWithAdvice() {
    let header = QEMUImage.sealed(QEMUHeader.second, patching: [1], at: 48)
    let file = QEMUImage.file(patching: header, at: 131072)
    let error = #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
    #expect(error?.byteOffset == 131072 + 48)
    #expect(error?.hint.contains("recover") == true)
  }

  /// Regions in the way of the log, of each other, out of the file; a foreign region that is
  /// required, and one of ours that is missing.
  static let badRegions: [(byteOffset: Int, bytes: [UInt8])] = [
    (34, [0x10]), (34, [0x30]), (34, [0x80]), (35, [1]), (42, [0x20]), (43, [0xff]),
    (16, [0]), (48, [0]), (8, [1]),
    (
      16,
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0x10, 0, 1]
    ),
  ]

  @Test(arguments: badRegions.indices)
  func regionsThatCannotBeAreRefused(index: Int) {
    let damage = Self.badRegions[index]
    let file = QEMUImage.file(regionTable: damage.bytes, at: damage.byteOffset)
    #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
  }

  @Test func aForeignOptionalRegionIsKeptInMind() throws {
    let entry: [UInt8] =
      [UInt8](repeating: 7, count: 16) + [0, 0, 0x40, 0, 0, 0, 0, 0] + [0, 0, 0x10, 0] + [
        0, 0, 0, 0,
      ]
    let table = QEMUImage.sealed(QEMUImage.regionTable, patching: [3], at: 8)
    let file = QEMUImage.file
    for place: UInt64 in [196608, 262144] {
      file.write(QEMUImage.sealed(table, patching: entry, at: 80), at: place)
    }
    let image = try VHDXImage(reading: file)
    #expect(image.regions.unknown.map(\.byteOffset) == [4 << 20])
    // A block on it is refused.
    file.write(QEMUImage.littleEndian(UInt64(0x40_0006)), at: Self.blockTableByteOffset)
    #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
  }

  @Test func everyTruncationOfTheFileIsRefusedOrReadsTheSame() {
    // A block at the end makes every byte of the file needed.
    let whole = Self.file([0x70_0006], fileByteCount: 8 << 20)
    for byteCount: UInt64 in [
      0, 7, 519, 65536, 131072, 196608, 262144, 1 << 20, 2 << 20, 3 << 20, (4 << 20) - 1, 7 << 20,
      (8 << 20) - 1,
    ] {
      let file = MemoryImage(whole.contents)
      file.resize(toByteCount: byteCount)
      #expect(throws: FormatError.self, "\(byteCount) bytes") { try VHDXImage(reading: file) }
    }
    #expect(throws: Never.self) { try VHDXImage(reading: whole) }
  }

  /// A disk of one block more than a chunk has an entry for a bitmap, that nothing may stand in.
  @Test func aBitmapWithoutAParentIsRefused() throws {
    let disk = QEMUImage.littleEndian(UInt64(4097 << 20))
    for (entry, isGood): (UInt64, Bool) in [(0, true), (0x80_0006, false), (2, false)] {
      let file = Self.file([])
      file.write(disk, at: QEMUImage.metadata.byteOffset + 65544)
      file.write(QEMUImage.littleEndian(entry), at: Self.blockTableByteOffset + 4096 * 8)
      if isGood {
        #expect(try VHDXImage(reading: file).geometry.entryCount == 4098)
      } else {
        let error = #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
        #expect(error?.byteOffset == Self.blockTableByteOffset + 4096 * 8)
      }
    }
  }

  @Test func aBlocksPlaceHasNothingOfTheBitsBelow() {
    let entry = BlockTableEntry(rawValue: 0x8f_fffe)
    #expect(entry.byteOffset == 8 << 20)
    #expect(entry.stateBits == 6)
    #expect(!entry.isReservedZero)
  }

  @Test func aDiskTooLargeForItsTableIsRefused() {
    // 64 TiB in blocks of 1 MiB need 513 MiB of table.
    let file = QEMUImage.file(
      patching: [0, 0, 0, 0, 0, 0x40, 0, 0], at: QEMUImage.metadata.byteOffset + 65544)
    let error = #expect(throws: FormatError.self) { try VHDXImage(reading: file) }
    #expect(error?.field == "blockTable.byteCount")
  }
}
