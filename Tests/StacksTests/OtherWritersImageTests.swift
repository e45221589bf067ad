import Bytes
import Stacks
import Testing
import VHDX

/// Images that are sound and that no session of ours would leave.
@Suite struct OtherWritersImageTests {
  /// Four blocks written and flushed, and the image as it is then, with its log.
  private func written(over contents: SparseBytes) throws -> SparseBytes {
    try DiskFixture.run(on: contents) { disk in
      for block in 0..<4 as Range<UInt64> {
        try await disk.write(
          DiskFixture.bytes(UInt8(block + 1)), at: block << 20, isFUA: false)
      }
      try await disk.flush()
    }
  }

  private func recovered(_ contents: SparseBytes) throws -> VHDXImage {
    let file = MemoryImage(contents)
    #expect(Recovery().run(on: file).opens)
    return try VHDXImage(reading: file)
  }

  private func expectFourBlocks(of image: VHDXImage) throws {
    for block in 0..<4 as Range<UInt64> {
      #expect(
        try image.read(DiskFixture.range(block << 20, 4096)) == DiskFixture.bytes(UInt8(block + 1)))
    }
  }

  /// An entry of the block table, written as its 8 bytes.
  private func set(_ index: UInt64, _ bytes: [UInt8], in file: MemoryImage, _ layout: VHDXLayout) {
    file.write(bytes, at: layout.blockTable.byteOffset + 8 * index)
  }

  /// [MS-VHDX] 2.2.2: the version of an empty log may be any.
  @Test func theVersionOfAnEmptyLogIsNotThatOfTheNextOne() throws {
    let file = MemoryImage(try DiskFixture.layout())
    for slot in HeaderSlot.allCases {
      var header = try VHDXHeader(parsing: file.read(slot.range), at: slot.byteOffset)
      header.logVersion = 1
      file.write(header.encode(), at: slot.byteOffset)
    }
    try expectFourBlocks(of: recovered(written(over: file.contents)))
  }

  /// A discarded block may name a place; it is the block's, also where the file does not reach it yet.
  @Test func placesThatDiscardedBlocksNameBehindTheEndAreLeftToThem() throws {
    let layout = try DiskFixture.layout()
    let file = MemoryImage(layout)
    let end = layout.fileByteCount
    set(5, [3, 0, UInt8(end >> 16 & 0xf0), 0, 0, 0, 0, 0], in: file, layout)
    // 8 ZiB: nothing may count how many blocks fit in between.
    set(6, [3, 0, 0, 0, 0, 0, 0, 0x80], in: file, layout)
    let image = try recovered(written(over: file.contents))
    try expectFourBlocks(of: image)
    let places = try (0..<4).map { try image.blockTable.payloadEntry($0).byteOffset }
    #expect(places == (1...4).map { end + UInt64($0) << 20 })
    #expect(image.file.byteCount == end + 5 << 20)
  }
}
