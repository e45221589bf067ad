import Bytes
import Testing

@testable import WriteLog

/// QEMU 7.2.0 logs a write-zeroes in two steps: it takes a place for the header, awaits the header's
/// write, and only then looks up where to place the zeroes. A write that starts meanwhile gets the
/// place right after the header, so its entry lies where the zeroes belong, and the zeroes land
/// after it.
struct ChainEvidenceTests {
  /// Entry 0 is a plain write, entry 1 the write-zeroes, entry 2 the write that came in between,
  /// entries 3 and 4 follow.
  private func racedLog(identity: UInt64?) -> LogBytes {
    var log = LogBytes(count: 5)
    func proof(_ index: UInt64) -> LogBytes.Proof? {
      identity.map { LogBytes.Proof(identity: $0, index: index) }
    }
    log.write(sector: 0, count: 1, fill: 0xa0, proof: proof(0))
    log.entry(sector: 100, count: 8, proof: proof(1))
    log.write(sector: 200, count: 2, fill: 0xa1, proof: proof(2))
    log.zeroSectors(8)
    log.write(sector: 300, count: 1, fill: 0xa2, proof: proof(3))
    log.flush(proof: proof(4))
    return log
  }

  @Test func entryInsideAWriteZeroesIsNamedWithBothPlaces() throws {
    let log = racedLog(identity: nil)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 2)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    #expect(index.problems[0].error.hint.contains("a sector of zeroes"))
    let problem = index.problems[1]
    #expect(problem.entryIndex == 1)
    #expect(problem.error.kind == .brokenChain)
    #expect(problem.error.byteOffset == UInt64(log.headerByteOffsets[2]))
    #expect(problem.error.expected.contains("entry 1"))
    #expect(problem.error.expected.contains("byte \(log.headerByteOffsets[1])"))
    #expect(problem.error.found.contains("entry 2 or a later one"))
    #expect(problem.error.found.contains("sector 200, 2 sectors"))
  }

  @Test func extensionProvesTheEntryInsideAnotherOne() throws {
    let log = racedLog(identity: 77)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 2)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    let problem = index.problems[1]
    #expect(problem.entryIndex == 1)
    #expect(problem.error.byteOffset == UInt64(log.headerByteOffsets[2]))
    #expect(problem.error.found.contains("entry 2, proven"))
  }

  @Test func entryIsFoundThoughTheChainWentOnForAWhileByChance() throws {
    // The zero region would end where entry 3 happens to start, and the zeroes are after that.
    var log = LogBytes(count: 6)
    log.entry(sector: 100, count: 4)
    log.write(sector: 200, count: 1, fill: 0xa1)
    log.write(sector: 300, count: 1, fill: 0xa2)
    log.write(sector: 400, count: 1, fill: 0xa3)
    log.flush()
    log.zeroSectors(4)
    log.flush()
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 3)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    #expect(index.problems[1].entryIndex == 0)
    #expect(index.problems[1].error.byteOffset == UInt64(log.headerByteOffsets[1]))
  }

  @Test func damagedHeaderAfterAnOverlapIsKeptBesideTheEvidence() throws {
    // The write is longer than the zeroes: the chain leads into its data.
    var log = LogBytes(count: 3)
    log.entry(sector: 100, count: 2)
    log.write(sector: 200, count: 4, fill: 0xee)
    log.zeroSectors(2)
    log.flush()
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l02, .l03])
    #expect(index.problems[0].entryIndex == 1)
    #expect(index.problems[0].error.field == "flags")
    #expect(index.problems[1].entryIndex == 0)
  }

  @Test func chainThatLeadsToALaterEntryNamesTheOneItSteppedOver() throws {
    var log = LogBytes(count: 3)
    log.entry(sector: 100, count: 2, proof: .init(identity: 1, index: 0))
    log.write(sector: 200, count: 1, fill: 1, proof: .init(identity: 1, index: 1))
    log.flush(proof: .init(identity: 1, index: 2))
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l03, .l03])
    #expect(index.problems[0].error.field == "entryIndex")
    #expect(index.problems[0].entryIndex == 1)
    #expect(index.problems[1].error.byteOffset == UInt64(log.headerByteOffsets[1]))
    #expect(index.problems[1].error.found.contains("entry 1, proven"))
  }

  @Test func damageWithoutAnOverlapIsNotCalledOne() throws {
    for identity in [nil, 5] as [UInt64?] {
      var log = LogBytes.good(identity: identity)
      log.put(.max, at: log.headerByteOffsets[4] + 16)
      let index = try WriteLogIndex(reading: log.region)
      try #require(index.problems.map(\.rule) == [.l02])
    }
  }

  @Test func oneSectorOfDataThatLooksLikeAHeaderIsNoEvidence() throws {
    // A table of small numbers, in the second sector of the data and with no header after it.
    var log = LogBytes(count: 3)
    let table = LogBytes.word(4) + LogBytes.word(1) + [UInt8](repeating: 0, count: 512 - 16)
    let other = [UInt8](repeating: 0xee, count: 512)
    log.entry(sector: 0, count: 4, data: other + table + other + other)
    log.flush()
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems.map(\.rule) == [.l04])
  }

  @Test func logInsideOfTheLoggedDataIsNoEvidence() throws {
    // The logged disk holds a log of its own, and this log's chain is damaged after it.
    var log = LogBytes(count: 4)
    let inner = LogBytes.good(identity: 2).bytes
    log.entry(
      sector: 0, count: UInt64(inner.count / 512), data: inner, proof: .init(identity: 1, index: 0))
    log.flush(proof: .init(identity: 1, index: 1))
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l04])
  }

  @Test func searchIsBounded() throws {
    // Every sector of the data reads as the header of a FLUSH: followed to the end from each of
    // them, these would be eight million steps an entry.
    var log = LogBytes(count: 100)
    let flushSector = LogBytes.word(0) + LogBytes.word(0) + LogBytes.word(1)
    var data: [UInt8] = []
    for _ in 0..<4096 { data += flushSector + [UInt8](repeating: 0, count: 512 - 24) }
    for _ in 0..<4 { log.entry(sector: 0, count: 4096, data: data) }
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 4)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    #expect(index.problems[1].error.found.contains("16 or more"))
  }

  @Test func provenEntryIsFoundBehindTheFirstSectorOfTheData() throws {
    var log = LogBytes(count: 4)
    log.entry(sector: 100, count: 8, proof: .init(identity: 1, index: 0))
    log.zeroSectors(3)
    log.write(sector: 200, count: 1, fill: 1, proof: .init(identity: 1, index: 1))
    log.zeroSectors(8)
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    #expect(index.problems[1].error.byteOffset == UInt64(log.headerByteOffsets[1]))
  }

  /// A disk that holds a copy of this log's own beginning, say its log file, has no overlap for that.
  @Test func anEarlierEntryOfTheSameLogIsNoEvidence() throws {
    var log = LogBytes(count: 4)
    log.flush(proof: .init(identity: 1, index: 0))
    let earlier = Array(log.bytes[512..<1024])
    log.entry(
      sector: 0, count: 2, data: earlier + earlier, proof: .init(identity: 1, index: 1))
    log.zeroSectors(1)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems.map(\.rule) == [.l04])
  }

  /// Without extensions the start of the longest chain explains best: here it is the older entry's.
  @Test func longestChainIsTheEvidence() throws {
    var log = LogBytes(count: 6)
    log.entry(sector: 100, count: 8)
    for place in 0..<3 { log.write(sector: UInt64(200 + place), count: 1, fill: 1) }
    log.zeroSectors(2)
    log.entry(sector: 300, count: 4)
    log.write(sector: 400, count: 1, fill: 2)
    log.zeroSectors(4)
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l04, .l03])
    #expect(index.problems[1].entryIndex == 0)
    #expect(index.problems[1].error.byteOffset == UInt64(log.headerByteOffsets[1]))
  }
}
