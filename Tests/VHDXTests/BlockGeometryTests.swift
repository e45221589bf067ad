import Testing
import VHDX

@Suite struct BlockGeometryTests {
  struct Case: Sendable {
    var diskByteCount: UInt64
    var blockByteCount: UInt32
    var sectorByteCount: UInt32
    var chunkRatio: UInt64
    var blockCount: UInt64
    var entryCount: UInt64
    var entryCountWithParent: UInt64
  }

  /// Counted by hand from 2.5: 2^23 sectors are a chunk of 4 GiB, or 32 GiB.
  static let cases: [Case] = [
    Case(
      diskByteCount: 0, blockByteCount: 1 << 20, sectorByteCount: 512, chunkRatio: 4096,
      blockCount: 0, entryCount: 0, entryCountWithParent: 0),
    Case(
      diskByteCount: 512, blockByteCount: 1 << 20, sectorByteCount: 512, chunkRatio: 4096,
      blockCount: 1, entryCount: 1, entryCountWithParent: 4097),
    Case(
      diskByteCount: 4 << 30, blockByteCount: 1 << 20, sectorByteCount: 512, chunkRatio: 4096,
      blockCount: 4096, entryCount: 4096, entryCountWithParent: 4097),
    Case(
      diskByteCount: (4 << 30) + 512, blockByteCount: 1 << 20, sectorByteCount: 512,
      chunkRatio: 4096, blockCount: 4097, entryCount: 4098, entryCountWithParent: 8194),
    Case(
      diskByteCount: 64 << 30, blockByteCount: 32 << 20, sectorByteCount: 4096, chunkRatio: 1024,
      blockCount: 2048, entryCount: 2049, entryCountWithParent: 2050),
    Case(
      diskByteCount: 64 << 40, blockByteCount: 256 << 20, sectorByteCount: 512, chunkRatio: 16,
      blockCount: 262_144, entryCount: 278_527, entryCountWithParent: 278_528),
    Case(
      diskByteCount: 64 << 40, blockByteCount: 1 << 20, sectorByteCount: 4096, chunkRatio: 32_768,
      blockCount: 67_108_864, entryCount: 67_110_911, entryCountWithParent: 67_110_912),
  ]

  @Test(arguments: cases)
  func entriesAreCountedAsTheSpecificationCounts(example: Case) {
    var parameters = DiskParameters(
      virtualDiskByteCount: example.diskByteCount, blockByteCount: example.blockByteCount,
      virtualDiskID: .zero, logicalSectorByteCount: example.sectorByteCount)
    let geometry = BlockGeometry(parameters)
    #expect(geometry.chunkRatio == example.chunkRatio)
    #expect(geometry.payloadBlockCount == example.blockCount)
    #expect(geometry.entryCount == example.entryCount)
    parameters.hasParent = true
    #expect(BlockGeometry(parameters).entryCount == example.entryCountWithParent)
  }

  @Test func bitmapEntriesStandBehindTheirChunk() {
    let geometry = BlockGeometry(
      DiskParameters(
        virtualDiskByteCount: 64 << 40, blockByteCount: 256 << 20, virtualDiskID: .zero))
    #expect(geometry.entryIndex(ofPayloadBlock: 15) == 15)
    #expect(geometry.entryIndex(ofBitmapOfChunk: 0) == 16)
    #expect(geometry.entryIndex(ofPayloadBlock: 16) == 17)
    #expect(geometry.entryIndex(ofBitmapOfChunk: 1) == 33)
    #expect(geometry.role(ofEntry: 16) == .bitmap(chunkIndex: 0))
    #expect(geometry.role(ofEntry: 17) == .payload(blockIndex: 16))
    #expect(geometry.role(ofEntry: 33) == .bitmap(chunkIndex: 1))
    for block: UInt64 in [0, 15, 16, 100_000, 262_143] {
      #expect(
        geometry.role(ofEntry: geometry.entryIndex(ofPayloadBlock: block))
          == .payload(blockIndex: block))
    }
  }

  @Test func theLastBlockEndsWithTheDisk() {
    let geometry = BlockGeometry(
      DiskParameters(
        virtualDiskByteCount: (2 << 20) + 512, blockByteCount: 1 << 20, virtualDiskID: .zero))
    #expect(geometry.range(ofPayloadBlock: 1).byteCount == 1 << 20)
    #expect(geometry.range(ofPayloadBlock: 2).byteCount == 512)
  }
}
