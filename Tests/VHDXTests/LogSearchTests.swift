import Bytes
import Testing
import VHDX

@Suite struct LogSearchTests {
  private static let tail4096 = 12

  /// The entry alone, with its tail at its own place.
  private func report(_ bytes: [UInt8], at place: Int = 4096) -> LogSearchReport {
    LogSearch.run(LogEntryBytes.ring(bytes, at: place), logGUID: LogEntryBytes.guid)
  }

  @Test func aHandWrittenEntryIsFound() {
    let active = report(LogEntryBytes.zeroAndData).active
    #expect(active?.entries.count == 1)
    #expect(active?.head.ringByteOffset == 4096)
    #expect(active?.head.header.sequenceNumber == 0x1_0000_0002)
    #expect(active?.head.header.flushedByteCount == 8 << 20)
    #expect(active?.head.header.lastByteCount == 9 << 20)
  }

  @Test func encodingGivesTheHandWrittenBytes() {
    let sector =
      [UInt8](repeating: 0xaa, count: 8) + [UInt8](repeating: 0xbb, count: 4084)
      + [UInt8](repeating: 0xcc, count: 4)
    let entry = LogEntry(
      logGUID: LogEntryBytes.guid, sequenceNumber: 0x1_0000_0002, tailByteOffset: 4096,
      flushedByteCount: 8 << 20, lastByteCount: 9 << 20,
      updates: [
        .zero(ByteRange(byteOffset: 5 << 20, byteCount: 8192)),
        .data(sector, fileByteOffset: 4 << 20),
      ])
    #expect(entry.encode() == LogEntryBytes.zeroAndData)
  }

  @Test func anEntryThatWrapsIsFound() {
    let bytes = LogEntryBytes.patched([0, 0xf0, 0, 0], at: Self.tail4096)
    #expect(report(bytes, at: 15 * 4096).active?.head.ringByteOffset == 15 * 4096)
  }

  @Test func aTailThatNoEntryStartsAtLeavesTheRunIncomplete() {
    let bytes = LogEntryBytes.patched([0, 0x20, 0, 0], at: Self.tail4096)
    let found = report(bytes)
    #expect(found.active == nil)
    #expect(found.runs.map(\.standing) == [.incomplete(tailByteOffset: 8192)])
  }

  @Test(
    arguments: [
      (0, [0x6c, 0x6f, 0x67, 0x66], LogEntryDefect.Reason.signature, 0),
      (32, [9], .foreignGUID, 32),
      (8, [0, 0x10], .entryByteCount, 8), (8, [0, 0x30], .entryByteCount, 8),
      (8, [0, 0x21], .entryByteCount, 8), (8, [0, 0, 2], .entryByteCount, 8),
      (12, [1], .tail, 12), (14, [1], .tail, 12), (16, [0, 0, 0, 0, 0], .sequenceNumber, 16),
      (28, [1], .reserved, 28), (48, [1], .fileByteCount, 48), (57, [1], .fileByteCount, 56),
      (64, [0x5a], .descriptorSignature, 64), (68, [1], .reserved, 68),
      (72, [1], .zeroByteCount, 72), (80, [1], .descriptorAlignment, 80),
      (87, [0xff], .descriptorRange, 80), (88, [3], .descriptorSequenceNumber, 88),
      (114, [0], .target, 112), (114, [0x10], .target, 112),
      (4096, [0x44], .dataSignature, 4096), (4100, [2], .dataSequenceNumber, 4100),
      (8188, [3], .dataSequenceNumber, 4100),
    ] as [(Int, [UInt8], LogEntryDefect.Reason, UInt64)])
  func eachWrongFieldIsNamedWithItsPlace(
    index: Int, patch: [UInt8], reason: LogEntryDefect.Reason, field: UInt64
  ) {
    var bytes = LogEntryBytes.patched(patch, at: index)
    // A range up to 2^64 takes both a place and a length near it.
    if reason == .descriptorRange {
      bytes = LogEntryBytes.patched(
        [0, 0xf0] + [UInt8](repeating: 0xff, count: 6), at: 80)
    }
    #expect(defect(of: bytes)?.reason == reason)
    #expect(defect(of: bytes)?.fileByteOffset == 1 << 20 + 4096 + field)
  }

  @Test(arguments: [4, 40, 200, 4095, 5000, 8191])
  func anyOtherChangedByteFailsTheChecksum(index: Int) {
    let bytes = LogEntryBytes.patched(
      [LogEntryBytes.zeroAndData[index] ^ 0x10], at: index, sealing: false)
    #expect(report(bytes).active == nil)
  }

  /// A run of the good entry in front shows why the one after it ended the run.
  private func defect(of bytes: [UInt8]) -> LogEntryDefect? {
    let first = LogEntry(
      logGUID: LogEntryBytes.guid, sequenceNumber: 0x1_0000_0001, tailByteOffset: 0,
      flushedByteCount: 0, lastByteCount: 0)
    let found = LogSearch.run(
      LogEntryBytes.ring(first.encode() + bytes), logGUID: LogEntryBytes.guid)
    guard case .defect(let defect)? = found.runs.first?.ending else { return nil }
    return defect
  }

  @Test func aRingFullOfOneRunIsSearchedOnce() {
    let entries = (0..<16).flatMap {
      LogEntry(
        logGUID: LogEntryBytes.guid, sequenceNumber: 5 + UInt64($0), tailByteOffset: 0,
        flushedByteCount: 0, lastByteCount: 0
      ).encode()
    }
    let found = LogSearch.run(LogEntryBytes.ring(entries), logGUID: LogEntryBytes.guid)
    #expect(found.runs.count == 1)
    #expect(found.active?.entries.count == 16)
    #expect(found.active?.ending == .wholeRing)
  }

  @Test func theRunWithTheLargerHeadIsActive() {
    func entry(_ number: UInt64, tail: UInt32) -> [UInt8] {
      LogEntry(
        logGUID: LogEntryBytes.guid, sequenceNumber: number, tailByteOffset: tail,
        flushedByteCount: 0, lastByteCount: 0
      ).encode()
    }
    let bytes =
      entry(1, tail: 0) + entry(2, tail: 0) + entry(3, tail: 0) + entry(2, tail: 12288)
    let found = LogSearch.run(LogEntryBytes.ring(bytes), logGUID: LogEntryBytes.guid)
    #expect(found.runs.map(\.standing) == [.active, .superseded(bySequenceNumber: 3)])
  }

  @Test(arguments: [0, 1, 126, 127, 254, 255])
  func anEntryOfManyDescriptorsTakesAsManySectorsAsTheFormatSays(descriptorCount: Int) {
    let entry = LogEntry(
      logGUID: LogEntryBytes.guid, sequenceNumber: 1, tailByteOffset: 0, flushedByteCount: 0,
      lastByteCount: 0,
      updates: (0..<descriptorCount).map {
        .zero(ByteRange(byteOffset: 4 << 20 + UInt64($0) * 4096, byteCount: 4096))
      })
    let sectorCount = descriptorCount <= 126 ? 1 : descriptorCount <= 254 ? 2 : 3
    #expect(entry.encode().count == sectorCount * 4096)
    let found = LogSearch.run(LogEntryBytes.ring(entry.encode()), logGUID: LogEntryBytes.guid)
    #expect(found.active?.head.header.descriptorCount == UInt32(descriptorCount))
  }
}
