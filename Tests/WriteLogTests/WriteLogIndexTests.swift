import Bytes
import Testing

@testable import WriteLog

struct WriteLogIndexTests {
  @Test(arguments: [512, 4096, 8192, 8 << 20])
  func goodLogIsReadWholeAtAnySectorSize(sector: Int) throws {
    let log = LogBytes.good(sectorByteCount: sector)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.tail == .none)
    #expect(!index.isCountStale)
    #expect(index.logIdentity == nil)
    #expect(index.sectorByteCount == UInt32(sector))
    #expect(index.endByteOffset == log.bytes.count)
    #expect(index.entryCount == 7)
    let entries = (0..<7).map { index[$0] }
    #expect(entries.map(\.headerByteOffset) == [1, 4, 8, 10, 11, 13, 14].map { $0 * sector })
    #expect(entries.map(\.kind) == [.write, .write, .write, .discard, .write, .flush, .mark])
    #expect(
      entries.map(\.flags) == [[], [], .fua, .discard, [.flush, .metadata], .flush, .mark])
    #expect(entries.map { $0.deviceRange.byteOffset / UInt64(sector) } == [8, 16, 1, 32, 2, 0, 0])
    #expect(
      entries.map { $0.deviceRange.byteCount / UInt64(sector) } == [2, 3, 1, 1 << 20, 1, 0, 0])
    #expect(entries.map { $0.payloadRange.count / sector } == [2, 3, 1, 0, 1, 0, 0])
    #expect(entries.allSatisfy { $0.extension == nil })
    #expect(index.text(of: entries[6]) == "here")
  }

  @Test func extensionsAreReadWithTheirEntries() throws {
    var log = LogBytes(count: 2)
    log.write(
      sector: 3, count: 1, fill: 7,
      proof: .init(identity: 0xabc, index: 0, submission: 4, completion: 9, digest: 0x1234))
    log.entry(flags: 8, text: "note", proof: .init(identity: 0xabc, index: 1))
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.logIdentity == 0xabc)
    #expect(
      index[0].extension
        == EntryExtension(
          logIdentity: 0xabc, entryIndex: 0, submissionIndex: 4, completionIndex: 9,
          payloadDigest: 0x1234))
    #expect(index[1].extension == EntryExtension(logIdentity: 0xabc, entryIndex: 1))
    #expect(index.text(of: index[1]) == "note")
  }

  @Test func emptyLogIsNoProblem() throws {
    let index = try WriteLogIndex(reading: LogBytes(count: 0).region)
    #expect(index.entryCount == 0)
    #expect(index.problems == [])
    #expect(index.tail == .none)
    #expect(index.endByteOffset == 512)
  }

  @Test func textThatFillsTheSectorIsNotTakenForAnExtension() throws {
    // The longest text, which happens to say an extension's magic where one would stand.
    let text = String(repeating: "x", count: 512 - 64 - 32) + "pcutext1" + "and goes on"
    var log = LogBytes(count: 1)
    log.entry(flags: 8, text: text)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.text(of: index[0]) == text)
    #expect(index[0].extension == nil)
  }

  @Test func writeOfNoSectorsIsNoFlush() throws {
    // QEMU logs a request of length zero as an entry without sectors and without flags. Taking it
    // for a flush would make everything in front of it durable.
    var log = LogBytes(count: 3)
    log.write(sector: 1, count: 1, fill: 1)
    log.entry(sector: 8)
    log.entry(sector: 8, flags: 2)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect((0..<3).map { index[$0].kind } == [.write, .write, .write])
    #expect(index[1].deviceRange.isEmpty)
  }

  // MARK: Behind the count

  @Test func tailWithoutExtensionsIsUnprovenAndLeftOut() throws {
    var log = LogBytes.good()
    log.put(3, at: 16)
    for policy in [LogReadingOptions.TailPolicy.proven, .none] {
      let index = try WriteLogIndex(
        reading: log.region, options: LogReadingOptions(tail: policy))
      #expect(index.problems == [])
      #expect(index.entryCount == 3)
      #expect(index.tail == .unproven(entryCount: 4))
      #expect(!index.isCountStale)
      #expect(index.endByteOffset == 10 * 512)
    }
  }

  @Test func tailIsUsedWhenAskedFor() throws {
    var log = LogBytes.good()
    log.put(3, at: 16)
    let index = try WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: .all))
    #expect(index.problems == [])
    #expect(index.entryCount == 7)
    #expect(index.tail == .used(entryCount: 4))
    #expect(index.isCountStale)
  }

  @Test(arguments: 0...6)
  func tailThatItsExtensionsProveIsUsed(countedEntryCount: UInt64) throws {
    var log = LogBytes.good(identity: 5)
    log.put(countedEntryCount, at: 16)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.entryCount == 7)
    #expect(index.tail == .used(entryCount: 7 - Int(countedEntryCount)))
    #expect(index.isCountStale)
  }

  @Test func provenTailIsLeftOutWhenNoneIsWanted() throws {
    var log = LogBytes.good(identity: 5)
    log.put(3, at: 16)
    let index = try WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: .none))
    #expect(index.entryCount == 3)
    #expect(index.tail == .unproven(entryCount: 4))
  }

  @Test func killedWritersTornLastEntryEndsTheLog() throws {
    var log = LogBytes.good(identity: 5)
    log.put(3, at: 16)
    // Entry 4 is a header at sector 11 and one sector of data: cut the data in half.
    log.bytes.removeLast(log.bytes.count - 12 * 512 - 256)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.entryCount == 4)
    #expect(index.tail == .used(entryCount: 1))
    #expect(index.endByteOffset == 11 * 512)
  }

  // MARK: Without a superblock

  @Test(arguments: [512, 4096])
  func sectorSizeOfAnAbsentSuperblockFollowsFromTheFirstExtension(sector: Int) throws {
    var log = LogBytes.good(sectorByteCount: sector, identity: 5)
    for byteOffset in 0..<28 { log.bytes[byteOffset] = 0 }
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.superblock == nil)
    #expect(index.sectorByteCount == UInt32(sector))
    #expect(index.entryCount == 7)
    #expect(index.tail == .used(entryCount: 7))
    #expect(index.isCountStale)
    #expect(index.problems == [])
  }

  @Test(arguments: [nil, 0, 513, 256, 1 << 31] as [UInt32?])
  func absentSuperblockNeedsTheSectorSizeToldWhereNothingProvesIt(told: UInt32?) throws {
    var log = LogBytes.good()
    for byteOffset in 0..<28 { log.bytes[byteOffset] = 0 }
    let error = #expect(throws: FormatError.self) {
      try WriteLogIndex(
        reading: log.region, options: LogReadingOptions(tail: .all, sectorByteCount: told))
    }
    #expect(error?.field == "magic")
    #expect(error?.byteOffset == 0)
    #expect(error?.found == "0x0")
  }

  @Test func absentSuperblockWithTheSectorSizeToldIsRead() throws {
    var log = LogBytes.good()
    for byteOffset in 0..<28 { log.bytes[byteOffset] = 0 }
    let unproven = try WriteLogIndex(
      reading: log.region, options: LogReadingOptions(sectorByteCount: 512))
    #expect(unproven.entryCount == 0)
    #expect(unproven.tail == .unproven(entryCount: 7))
    let asked = try WriteLogIndex(
      reading: log.region, options: LogReadingOptions(tail: .all, sectorByteCount: 512))
    #expect(asked.entryCount == 7)
    #expect(asked.tail == .used(entryCount: 7))
    #expect(asked.isCountStale)
  }

  // MARK: Over an older log

  /// A log of three entries, written over an older one whose entries from the third on stand right
  /// after it.
  private func overOlderLog(newIdentity: UInt64?, oldIdentity: UInt64?) -> LogBytes {
    var log = LogBytes(count: 3)
    func proof(_ identity: UInt64?, _ index: UInt64) -> LogBytes.Proof? {
      identity.map { LogBytes.Proof(identity: $0, index: index) }
    }
    log.write(sector: 0, count: 1, fill: 1, proof: proof(newIdentity, 0))
    log.write(sector: 1, count: 1, fill: 2, proof: proof(newIdentity, 1))
    log.flush(proof: proof(newIdentity, 2))
    log.write(sector: 9, count: 1, fill: 9, proof: proof(oldIdentity, 3))
    log.flush(proof: proof(oldIdentity, 4))
    return log
  }

  @Test(arguments: [LogReadingOptions.TailPolicy.proven, .all, .none])
  func olderLogWithAnotherIdentityIsNeverUsed(policy: LogReadingOptions.TailPolicy) throws {
    let log = overOlderLog(newIdentity: 1, oldIdentity: 2)
    let index = try WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: policy))
    #expect(index.problems == [])
    #expect(index.entryCount == 3)
    #expect(index.tail == .unproven(entryCount: 2))
    #expect(index.foreignTailIdentity == 2)
    #expect(index.logIdentity == 1)
  }

  @Test(arguments: [(nil, nil), (1, nil), (nil, 2)] as [(UInt64?, UInt64?)])
  func olderLogThatNothingTellsApartIsUnproven(new: UInt64?, old: UInt64?) throws {
    let log = overOlderLog(newIdentity: new, oldIdentity: old)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.problems == [])
    #expect(index.entryCount == 3)
    #expect(index.tail == .unproven(entryCount: 2))
    #expect(index.foreignTailIdentity == nil)
  }

  /// It has no data that could give it away: that the log has no extensions must do.
  @Test func aFlushThatIsProvenDoesNotContinueALogWithoutExtensions() throws {
    var log = LogBytes(count: 1)
    log.flush()
    log.flush(proof: .init(identity: 2, index: 1))
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 1)
    #expect(index.tail == .unproven(entryCount: 1))
  }

  @Test func olderEntryOfTheSameLogAtAnotherPlaceIsNotTaken() throws {
    var log = LogBytes(count: 1)
    log.flush(proof: .init(identity: 1, index: 0))
    log.flush(proof: .init(identity: 1, index: 7))
    for policy in [LogReadingOptions.TailPolicy.proven, .all] {
      let index = try WriteLogIndex(reading: log.region, options: LogReadingOptions(tail: policy))
      #expect(index.entryCount == 1)
      #expect(index.tail == .unproven(entryCount: 1))
    }
  }

  @Test func olderLogInsideOfTheCountIsAProblem() throws {
    var log = overOlderLog(newIdentity: 1, oldIdentity: 2)
    log.put(5, at: 16)
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.entryCount == 3)
    let problem = try #require(index.problems.first)
    #expect(problem.rule == .l03)
    #expect(problem.entryIndex == 3)
    #expect(problem.error.field == "logIdentity")
    #expect(problem.error.byteOffset == 6 * 512 + 64 + 8)
    #expect(problem.error.expected == "0x1")
    #expect(problem.error.found == "0x2")
  }

  /// What stood there before can be a later entry of a log with other sectors.
  @Test func sectorSizeFollowsFromNoOtherEntryThanTheFirst() throws {
    var later = LogBytes(count: nil)
    later.flush(proof: .init(identity: 3, index: 4))
    var log = LogBytes(sectorByteCount: 1024, count: nil)
    log.flush(proof: .init(identity: 5, index: 0))
    log.bytes.replaceSubrange(512..<1024, with: later.bytes[512..<1024])
    let index = try WriteLogIndex(reading: log.region)
    #expect(index.sectorByteCount == 1024)
    #expect(index.logIdentity == 5)
  }

  /// Four fields of zero are the end of a log only where the rest of the sector is zero as well.
  @Test func emptyHeaderWithAByteBehindItIsDamaged() throws {
    var log = LogBytes(count: 2)
    log.flush()
    log.zeroSectors(1)
    log.put(7, byteCount: 1, at: 1024 + 100)
    let index = try WriteLogIndex(reading: log.region)
    try #require(index.problems.map(\.rule) == [.l02])
    #expect(index.problems[0].error.byteOffset == 1124)
  }
}
