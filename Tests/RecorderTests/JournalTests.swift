import Testing

@testable import Recorder

/// Journals, sound and damaged: a program that writes over memory that is not its own may write over this.
@Suite struct JournalTests {
  private let file: JournalFile
  private var journal: Journal { file.journal }

  init() throws {
    file = try JournalFile()
  }

  @Test func aRecordIsReadOnce() throws {
    defer { journal.close() }
    #expect(try journal.newRecords().isEmpty)
    try file.putChunk()
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
    try file.putNextChunk(5)
    #expect(try journal.newRecords().isEmpty)
    try file.putChunk(nextChunk: 5)
    #expect(try journal.newRecords().count == 1)
  }

  private static let damagedCounts: [(UInt64, UInt64)] = [
    (0, 5), (64, 5), (193, 5), (262_144, 5), (.max - 63, 5), (192, 65), (192, .max),
  ]

  @Test(arguments: damagedCounts)
  func aDamagedRecordIsAnError(recordByteCount: UInt64, payloadByteCount: UInt64) throws {
    defer { journal.close() }
    try file.putChunk(recordByteCount: recordByteCount, payloadByteCount: payloadByteCount)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test func aKindThatIsNoneIsAnError() throws {
    defer { journal.close() }
    try file.putChunk(kind: 99)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test(arguments: [0, 1000, 524_288, UInt64.max - 262_143])
  func aDamagedChunkIsAnError(byteCount: UInt64) throws {
    defer { journal.close() }
    try file.putChunk(chunkByteCount: byteCount)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }

  @Test(arguments: [0, UInt64.max])
  func aDamagedControlPageIsAnError(nextChunk: UInt64) throws {
    defer { journal.close() }
    try file.putChunk(nextChunk: nextChunk)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }
}
