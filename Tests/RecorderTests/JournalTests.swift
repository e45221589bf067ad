import Bytes
import Glibc
import Host
import Testing

@testable import Recorder

/// Journals as programs leave them, byte by byte from the layout in CJournal.h, sound and damaged: a
/// program that writes over memory that is not its own may write over this.
@Suite struct JournalTests {
  private static let chunkByteCount = 262_144
  private static let magic: UInt64 = 0x316c_6e6a_7475_6370

  private let folder: TemporaryFolder
  private let journal: Journal

  init() throws {
    folder = try TemporaryFolder()
    journal = try Journal(folder.path("journal"), watching: folder.path)
  }

  private func put(_ bytes: [UInt8], at byteOffset: Int) throws {
    let file = try WritableFile(folder.path("journal"))
    try file.write(bytes, at: UInt64(byteOffset))
  }

  private func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * Value($0))) }
  }

  /// Chunk 1 with one record of `text`, each number of which can be wrong.
  private func putChunk(
    kind: UInt32 = 10, recordByteCount: UInt64 = 192, payloadByteCount: UInt64 = 5,
    chunkByteCount: UInt64 = 262_144, nextChunk: UInt64 = 2
  ) throws {
    try put(little(nextChunk), at: 16)
    let header = little(Self.magic) + little(chunkByteCount)
    // Kind, flags, length, submitted, completed, result, offset, range, payload; then the text.
    let fields =
      little(kind) + little(UInt32(0)) + little(recordByteCount) + little(UInt64(1))
      + little(UInt64(2)) + little(Int64(7)) + little(UInt64(0)) + little(UInt64(0))
      + little(payloadByteCount)
    let record = fields + [UInt8](repeating: 0, count: 128 - fields.count) + Array("/a/b\0".utf8)
    try put([0], at: 2 * Self.chunkByteCount - 1)
    try put(header, at: Self.chunkByteCount)
    try put(record, at: Self.chunkByteCount + 64)
  }

  @Test func aRecordIsReadOnce() throws {
    defer { journal.close() }
    #expect(try journal.newRecords().isEmpty)
    try putChunk()
    let records = try journal.newRecords()
    let record = try #require(records.first)
    #expect(records.count == 1)
    #expect(record.submitted == 1)
    #expect(record.completed == 2)
    #expect(record.result == 7)
    #expect(record.texts == ["/a/b", ""])
    #expect(try journal.newRecords().isEmpty)
  }

  @Test func aChunkThatIsNotThereYetIsWaitedFor() throws {
    defer { journal.close() }
    try put(little(UInt64(5)), at: 16)
    #expect(try journal.newRecords().isEmpty)
    try putChunk(nextChunk: 5)
    #expect(try journal.newRecords().count == 1)
  }

  private static let damagedCounts: [(UInt64, UInt64)] = [
    (0, 5), (64, 5), (193, 5), (262_144, 5), (.max - 63, 5), (192, 65), (192, .max),
  ]

  @Test(arguments: damagedCounts)
  func aDamagedRecordIsAnError(recordByteCount: UInt64, payloadByteCount: UInt64) throws {
    defer { journal.close() }
    try putChunk(recordByteCount: recordByteCount, payloadByteCount: payloadByteCount)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test func aKindThatIsNoneIsAnError() throws {
    defer { journal.close() }
    try putChunk(kind: 99)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test(arguments: [0, 1000, 524_288, UInt64.max - 262_143])
  func aDamagedChunkIsAnError(byteCount: UInt64) throws {
    defer { journal.close() }
    try putChunk(chunkByteCount: byteCount)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test(arguments: [0, UInt64.max])
  func aDamagedControlPageIsAnError(nextChunk: UInt64) throws {
    defer { journal.close() }
    try putChunk(nextChunk: nextChunk)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }
}
