import Glibc
import Host
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
    #expect(record.paths == ["/a/b"])
    // Of a write that was cut short only the start was written; a longer count than there is gets what there is.
    #expect(record.payload(byteCount: 2) == Array("/a".utf8))
    #expect(record.payload(byteCount: 9) == record.payload())
    #expect(try journal.newRecords().isEmpty)
  }

  /// Its blocks go back: a long run would fill the disk otherwise.
  @Test func aChunkThatIsDoneWithIsGivenBack() throws {
    defer { journal.close() }
    try file.putChunk()
    // PCJ_END after the record.
    try file.put([22, 0, 0, 0], at: 262_144 + 64 + 192)
    #expect(try journal.newRecords().count == 1)
    let bytes = try InputFile.bytes(file.folder.path("journal"))
    #expect(bytes[262_144...].allSatisfy { $0 == 0 })
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

  /// Submitted, completed, the last number that was given out.
  private static let damagedNumbers: [(UInt64, UInt64, UInt64)] = [
    (.max, 2, 2), (.max, 2, .max), (1, .max, 2), (1, .max, .max), (0, 2, 2), (1, 1, 2), (2, 1, 2),
    (3, 0, 2), (1, 3, 2), (1, 2, 0), (UInt64(Int64.max) + 1, 0, .max),
  ]

  /// Each number is given to one record, counted from 1.
  @Test(arguments: damagedNumbers)
  func aNumberThatNobodyWasGivenIsAnError(
    submitted: UInt64, completed: UInt64, order: UInt64
  ) throws {
    defer { journal.close() }
    try file.putChunk(submitted: submitted, completed: completed, order: order)
    var events = EventOrder()
    let records = try journal.newRecords()
    #expect(throws: RecorderError.self) { try events.add(records) { journal.lastNumber } }
  }

  @Test func aNumberThatIsGivenTwiceIsAnError() throws {
    defer { journal.close() }
    try file.putChunk(completed: 0)
    let records = try journal.newRecords()
    var events = EventOrder()
    try events.add(records) { journal.lastNumber }
    #expect(throws: RecorderError.self) { try events.add(records) { journal.lastNumber } }
  }

  /// The lock has pointers of this process in it, its last sixteen bytes: with them overwritten it is left
  /// alone.
  @Test(arguments: [UInt8(0), 0x55, 0xff], [0..<4300, 80..<96])
  func closingAnOverwrittenJournalIsNoCrash(byte: UInt8, place: Range<Int>) async {
    await #expect(processExitsWith: .exitCode(7)) { [byte, place] in
      let file = try JournalFile()
      try file.put([UInt8](repeating: byte, count: place.count), at: place.lowerBound)
      file.journal.close()
      let next = try JournalFile()
      next.journal.close()
      exit(7)
    }
  }

  /// An errno of 2^32-1 is none, and no trap.
  @Test func anOverwrittenFailureIsToldAsItIs() throws {
    defer { journal.close() }
    try file.put([255, 255, 255, 255], at: 24)
    #expect(journal.failure?.isEmpty == false)
  }

  @Test(arguments: [0, UInt64.max])
  func aDamagedControlPageIsAnError(nextChunk: UInt64) throws {
    defer { journal.close() }
    try file.putChunk(nextChunk: nextChunk)
    #expect(throws: RecorderError.self) { try journal.newRecords() }
  }
}
