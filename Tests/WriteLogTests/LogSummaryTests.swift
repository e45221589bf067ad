import Bytes
import Testing

@testable import WriteLog

struct LogSummaryTests {
  @Test func entriesAndBytesAreCountedByKind() throws {
    let log = LogBytes.good()
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.fileByteCount == log.bytes.count)
    #expect(summary.endByteOffset == log.bytes.count)
    #expect(summary.sectorByteCount == 512)
    #expect(summary.countedEntryCount == 7)
    #expect(summary.entryCount == 7)
    #expect(summary.tail == .none)
    #expect(summary.problemCount == 0)
    #expect(summary.writes == .init(entryCount: 4, byteCount: 7 * 512))
    #expect(summary.discards == .init(entryCount: 1, byteCount: 512 << 20))
    #expect(summary.flushes == .init(entryCount: 1, byteCount: 0))
    #expect(summary.marks == .init(entryCount: 1, byteCount: 0))
    #expect(summary.flushWithDataCount == 1)
    #expect(summary.fuaCount == 1)
    #expect(summary.metadataCount == 1)
    #expect(summary.deviceEndByteOffset == (32 + 1 << 20) * 512)
    #expect(summary.largestByteCount == 512 << 20)
    #expect(summary.extensionCount == 0)
    #expect(summary.logIdentity == nil)
  }

  @Test func epochsEndAtFlushesWithAndWithoutData() throws {
    // Four changes, then the flush in front of the fifth, then a flush.
    let summary = LogSummary(of: try WriteLogIndex(reading: LogBytes.good().region))
    #expect(summary.epochCount == 2)
    #expect(summary.longestEpochEntryCount == 4)
    #expect(summary.longestEpochFirstIndex == 0)
    #expect(summary.unflushedEntryCount == 0)
  }

  @Test func writesBehindTheLastFlushAreAnEpochToo() throws {
    var log = LogBytes(count: 7)
    log.write(sector: 0, count: 1, fill: 1)
    log.flush()
    log.flush()
    log.write(sector: 0, count: 1, fill: 1)
    log.entry(flags: 8, text: "between")
    log.write(sector: 1, count: 1, fill: 1)
    log.write(sector: 2, count: 1, fill: 1)
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.epochCount == 2)
    #expect(summary.longestEpochEntryCount == 3)
    #expect(summary.longestEpochFirstIndex == 3)
    #expect(summary.unflushedEntryCount == 3)
  }

  @Test func emptyLogHasNoEpoch() throws {
    let summary = LogSummary(of: try WriteLogIndex(reading: LogBytes(count: 0).region))
    #expect(summary.epochCount == 0)
    #expect(summary.longestEpochFirstIndex == nil)
    #expect(summary.deviceEndByteOffset == 0)
  }

  @Test func overlapsFollowFromExtensions() throws {
    var log = LogBytes(count: 3)
    log.flush(proof: .init(identity: 3, index: 0, submission: 0, completion: 4))
    log.flush(proof: .init(identity: 3, index: 1, submission: 2, completion: 5))
    log.flush(proof: .init(identity: 3, index: 2, submission: 6, completion: 7))
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.extensionCount == 3)
    #expect(summary.logIdentity == 3)
    #expect(summary.overlappingEntryCount == 1)
  }

  @Test func marksSayWhatWasAskedAndAnswered() throws {
    var log = LogBytes(count: 6)
    log.entry(flags: 8, text: "pc1 size 1048576")
    log.entry(flags: 8, text: "pc1 begin 1 flush")
    log.entry(flags: 8, text: "pc1 begin 2 discard 0 512")
    log.entry(flags: 8, text: "pc1 end 1 ok")
    log.entry(flags: 8, text: "pc1 nonsense")
    log.entry(flags: 8, text: "the user's own")
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.marks.entryCount == 6)
    #expect(summary.clientMarkCount == 4)
    #expect(summary.damagedClientMarkCount == 1)
    #expect(summary.unansweredOperationCount == 1)
    #expect(summary.markedDeviceByteCount == 1_048_576)
  }

  @Test func theSizeIsThatOfTheLastMark() throws {
    var log = LogBytes(count: 2)
    log.entry(flags: 8, text: "pc1 size 1048576")
    log.entry(flags: 8, text: "pc1 size 2048")
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.markedDeviceByteCount == 2048)
  }

  @Test func damagedLogIsSummedUpAsFarAsItGoes() throws {
    var log = LogBytes.good()
    log.put(9, at: 16)
    let summary = LogSummary(of: try WriteLogIndex(reading: log.region))
    #expect(summary.countedEntryCount == 9)
    #expect(summary.entryCount == 7)
    #expect(summary.problemCount == 1)
  }
}
