import Bytes
import Testing
import VHDX

/// Sums over the block table of QEMU's image: 64 blocks of 1 MiB, the table at 2 MiB, 8 MiB in all.
@Suite struct BlockSummaryTests {
  private static let occupied = [
    ByteRange(byteOffset: 1 << 20, byteCount: 3 << 20)
  ]

  private func summary(
    entries: [UInt64], fileByteCount: UInt64 = QEMUImage.fileByteCount
  ) throws -> BlockSummary {
    let bytes = entries.flatMap { QEMUImage.littleEndian($0) }
    let file = QEMUImage.file(patching: bytes, at: 2 << 20)
    file.resize(toByteCount: fileByteCount)
    let parameters = try ImageMetadata(reading: file, region: QEMUImage.metadata).parameters
    let table = try BlockTable(
      reading: file, region: ByteRange(byteOffset: 2 << 20, byteCount: 1 << 20),
      geometry: BlockGeometry(parameters))
    return BlockSummary(table, occupied: Self.occupied, fileByteCount: file.byteCount)
  }

  @Test func emptyTableUsesNothing() throws {
    let summary = try summary(entries: [])
    #expect(summary.payloadCounts == [64, 0, 0, 0, 0, 0, 0, 0])
    #expect(summary.bitmapCounts == [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(summary.allocatedByteCount == 0)
    #expect(summary.unusedByteCount == 4 << 20)
    #expect(summary.gaps == [ByteRange(byteOffset: 4 << 20, byteCount: 4 << 20)])
  }

  @Test func everyStateIsCountedAndOnlyBlocksTakeSpace() throws {
    // Blocks at 5 and 7 MiB; an anchor at 6 MiB, a reserved state, and a zero block.
    let summary = try summary(entries: [0x50_0006, 0x70_0006, 0x60_0001, 4, 2, 0, 0x30_0000])
    #expect(summary.payloadCounts == [59, 1, 1, 0, 1, 0, 2, 0])
    #expect(summary.allocatedByteCount == 2 << 20)
    #expect(summary.unusedByteCount == 2 << 20)
    #expect(
      summary.gaps == [
        ByteRange(byteOffset: 4 << 20, byteCount: 1 << 20),
        ByteRange(byteOffset: 6 << 20, byteCount: 1 << 20),
      ])
  }

  @Test func largestGapsComeFirstAndTheRestIsLeftOut() throws {
    // Blocks at 5, 8, 10, 12, 14, 16 and 18 MiB of 300 MiB and a half.
    let entries = [5, 8, 10, 12, 14, 16, 18].map { UInt64($0) << 20 | 6 }
    let summary = try summary(entries: entries, fileByteCount: 300 << 20 | 1 << 19)
    #expect(
      summary.gaps == [
        ByteRange(byteOffset: 19 << 20, byteCount: 281 << 20 | 1 << 19),
        ByteRange(byteOffset: 6 << 20, byteCount: 2 << 20),
        ByteRange(byteOffset: 4 << 20, byteCount: 1 << 20),
        ByteRange(byteOffset: 9 << 20, byteCount: 1 << 20),
        ByteRange(byteOffset: 11 << 20, byteCount: 1 << 20),
      ])
    #expect(summary.unusedByteCount == (281 + 2 + 1 + 5) << 20 | 1 << 19)
  }

  @Test func blocksOutsideOfTheFileOrOnEachOtherAreNoTrap() throws {
    let summary = try summary(entries: [0xffff_ffff_fff0_0006, 0x50_0006, 0x50_0006, 0x7f0_0006])
    #expect(summary.payloadCounts[6] == 4)
    #expect(summary.unusedByteCount == 3 << 20)
  }
}
