import Bytes
import Checking
import Rules
import Testing
import VHDX
import Workload

/// One fault for each rule in an order that is right otherwise.
struct ImageTraceFaultTests {
  /// Runs a session with a fault in its middle and expects one violation, with these entries.
  private func expect(
    _ rule: Rule, opening: Bool = true, closing: Bool = true,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (inout ImageTraceLog) throws -> [Int]
  ) throws {
    var log = ImageTraceLog()
    if opening {
      try log.open()
      log.allocate(block: 0)
    }
    let entries = try body(&log)
    if closing { try log.close() }
    let found = try log.violations()
    #expect(found.map(\.rule) == [rule], sourceLocation: sourceLocation)
    #expect(found.first?.entries == entries, "\(found)", sourceLocation: sourceLocation)
  }

  private static let table = ImageTraceLog.update(blockCount: 1)

  // MARK: Headers and sessions

  @Test func identifierIsWritten() throws {
    try expect(.h02) { [$0.write(ImageTraceLog.sector(0), at: 4096)] }
  }

  @Test func currentHeaderIsOverwritten() throws {
    try expect(.h10) { log in
      var next = log.current.header
      next.sequenceNumber += 1
      log.current.header = next
      return [log.write(next.encode(), at: log.current.slot.byteOffset)]
    }
  }

  @Test func headerSkipsANumber() throws {
    try expect(.h11) { log in
      log.current.header.sequenceNumber += 1
      return [try log.headers(HeaderChange())]
    }
  }

  @Test func headerIsGarbage() throws {
    try expect(.h11) { log in
      [log.write(ImageTraceLog.sector(7), at: log.current.slot.other.byteOffset)]
    }
  }

  @Test func homeIsWrittenBeforeTheNamingHeaderIsStable() throws {
    try expect(.h11, opening: false) { log in
      try log.headers(
        HeaderChange(
          fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
      log.payload(block: 0)
      log.entry([Self.table], guid: ImageTraceLog.guid(1))
      log.flush()
      try log.header(HeaderChange(logGUID: ImageTraceLog.guid(1)))
      let home = log.home(blockCount: 1)
      log.flush()
      return [home]
    }
  }

  @Test func bothHeadersAreWrittenInOneEpoch() throws {
    try expect(.h12) { [try $0.header(), try $0.header()] }
  }

  /// The loss of the one header that says so would bring the emptied log back. While the session lasts
  /// nothing is wrong.
  @Test func aClosedSessionLeavesItsLastHeaderInOneSlot() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    log.flush()
    let last = try log.header(HeaderChange(logGUID: .zero))
    log.flush()
    #expect(try log.violations() == [])
    log.acknowledgeClose()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h18])
    #expect(found.first?.entries == [last])
  }

  /// Who never named a log need not say so twice.
  @Test func aSessionOfOneHeaderAndNoLogMayClose() throws {
    var log = ImageTraceLog()
    try log.header(HeaderChange(fileWriteGUID: ImageTraceLog.guid(0xf1)))
    log.flush()
    log.acknowledgeClose()
    #expect(try log.violations() == [])
  }

  @Test func imageChangesBeforeFileWriteGUID() throws {
    try expect(.h13, opening: false, closing: false) { log in
      let payload = log.write(ImageTraceLog.sector(1), at: 8 << 20)
      log.flush()
      try log.open()
      return [payload]
    }
  }

  @Test func imageChangesBeforeFileWriteGUIDIsStable() throws {
    try expect(.h13, opening: false, closing: false) { log in
      let header = try log.header(
        HeaderChange(
          fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
      return [header, log.write(ImageTraceLog.sector(1), at: 8 << 20)]
    }
  }

  @Test func secondSessionHasNoFileWriteGUID() throws {
    try expect(.h13, closing: false) { log in
      try log.close()
      log.acknowledgeClose()
      return [try log.headers(HeaderChange(dataWriteGUID: ImageTraceLog.guid(0xd2)))]
    }
  }

  @Test func tableChangesUnderTheOldDataWriteGUID() throws {
    try expect(.h14, opening: false) { log in
      try log.headers(HeaderChange(fileWriteGUID: ImageTraceLog.guid(0xf1)))
      try log.startLog(ImageTraceLog.guid(1))
      let entry = log.next + 3
      log.allocate(block: 0)
      return [entry]
    }
  }

  @Test func payloadChangesBeforeDataWriteGUIDIsStable() throws {
    var log = ImageTraceLog()
    log.base.write(ImageTraceLog.table(blockCount: 1), at: ImageTraceLog.blockTable)
    log.base.resize(toByteCount: 5 << 20)
    try log.headers(HeaderChange(fileWriteGUID: ImageTraceLog.guid(0xf1)))
    let header = try log.header(HeaderChange(dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let payload = log.write(ImageTraceLog.sector(1), at: 4 << 20)
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h14])
    #expect(found.first?.entries == [header, payload])
  }

  @Test func dataWriteGUIDChangesForNothing() throws {
    var log = ImageTraceLog()
    let first = try log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    #expect(try log.violations() == [])
    log.acknowledgeClose()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h15])
    #expect(found.first?.entries == [first])
  }

  /// What a session owed is asked also where another one follows that owes nothing.
  @Test func dataWriteGUIDChangesForNothingBeforeAnotherSession() throws {
    var log = ImageTraceLog()
    let first = try log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    log.acknowledgeClose()
    try log.open(2)
    log.allocate(block: 0)
    try log.close()
    log.acknowledgeClose()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h15])
    #expect(found.first?.entries == [first])
  }

  /// The client asked for a write, which failed after the header that announced it.
  @Test func dataWriteGUIDChangesForAWriteThatFails() throws {
    var log = ImageTraceLog()
    var client = ClientHistory()
    let range = ByteRange(byteOffset: 0, byteCount: 4096)
    client.begin(
      ClientOperation(identifier: 0, task: 0, action: .write, range: range), entryCount: log.next)
    try log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    client.end(0, errorName: "EIO", entryCount: log.next)
    log.client = client
    log.acknowledgeClose()
    #expect(try log.violations() == [])
  }

  @Test func logIsOverwrittenBeforeItsNameIsGone() throws {
    try expect(.h16, closing: false) { log in
      let header = try log.header(HeaderChange(logGUID: .zero))
      log.ringByteOffset = 0
      return [header, log.entry(guid: ImageTraceLog.guid(2), tail: 0)]
    }
  }

  @Test func logNameIsUsedAgain() throws {
    try expect(.h17) { log in
      try log.close()
      let entry = log.next
      try log.startLog(ImageTraceLog.guid(1))
      return [entry]
    }
  }

  /// No entry of it follows, so that only the header says so.
  @Test func logNameComesBackInAHeader() throws {
    try expect(.h17, closing: false) { log in
      try log.header(HeaderChange(logGUID: .zero), isFUA: true)
      return [try log.header(HeaderChange(logGUID: ImageTraceLog.guid(1)), isFUA: true)]
    }
  }

  /// The headers named it before any entry had it, which is another mistake.
  @Test func logNameThatOnlyHeadersHadIsUsedAgain() throws {
    var log = ImageTraceLog()
    try log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let named = try log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
    try log.headers(HeaderChange(logGUID: .zero))
    let entry = log.next
    try log.startLog(ImageTraceLog.guid(1))
    log.allocate(block: 0)
    try log.close()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h17, .s05])
    #expect(found.map(\.entries) == [[entry], [named]])
  }

  // MARK: Past the log

  @Test func regionTableIsWrittenInPlace() throws {
    try expect(.g09) { [$0.write(ImageTraceLog.sector(3), at: 192 << 10)] }
  }

  @Test func metadataIsWrittenInPlace() throws {
    try expect(.m13) { [$0.write(ImageTraceLog.sector(3), at: ImageTraceLog.metadata + 65536)] }
  }

  @Test func blockTableIsWrittenInPlace() throws {
    try expect(.b09) { [$0.home(blockCount: 0)] }
  }

  @Test func blockTableIsDiscarded() throws {
    try expect(.b09) {
      [$0.discard(ByteRange(byteOffset: ImageTraceLog.blockTable, byteCount: 1 << 20))]
    }
  }

  @Test func homeHoldsOtherBytesThanTheEntry() throws {
    try expect(.b09) { log in
      log.payload(block: 1)
      log.log(blockCount: 2)
      let wrong = log.home(blockCount: 3)
      log.home(blockCount: 2)
      return [wrong]
    }
  }

  @Test func payloadIsLogged() throws {
    try expect(.b10) { log in
      let update = LogUpdate.data(
        ImageTraceLog.sector(9), fileByteOffset: ImageTraceLog.firstBlock + 8192)
      let entry = log.entry([update])
      log.flush()
      log.write(ImageTraceLog.sector(9), at: ImageTraceLog.firstBlock + 8192)
      return [entry]
    }
  }

  // MARK: Order of log and homes

  @Test func logIsNamedBeforeItsEntry() throws {
    try expect(.s05, opening: false) { log in
      try log.headers(
        HeaderChange(
          fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
      let header = try log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
      log.allocate(block: 0)
      return [header]
    }
  }

  /// The entries that are stable carry the name of the log before.
  @Test func logIsNamedAnewWithoutAnEntry() throws {
    try expect(.s05) { [try $0.headers(HeaderChange(logGUID: ImageTraceLog.guid(2)))] }
  }

  @Test func logIsNamedWhileItsEntryIsNotFlushed() throws {
    try expect(.s05, opening: false) { log in
      try log.headers(
        HeaderChange(
          fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
      log.entry(guid: ImageTraceLog.guid(1))
      return [try log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))]
    }
  }

  @Test func liveEntryIsOverwritten() throws {
    try expect(.s06) { log in
      let room = log.ringByteOffset
      log.payload(block: 1)
      log.log(blockCount: 2)
      log.home(blockCount: 2)
      log.flush()
      let write = log.write(ImageTraceLog.sector(0), at: ImageTraceLog.log + room)
      return [write]
    }
  }

  @Test func tailPassesAHomeThatIsNotFlushed() throws {
    try expect(.s07) { log in
      log.payload(block: 1)
      log.log(blockCount: 2)
      let home = log.home(blockCount: 2)
      let entry = log.entry(tail: log.ringByteOffset)
      log.flush()
      return [home, entry]
    }
  }

  @Test func tailPassesAHomeThatWasNeverWritten() throws {
    try expect(.s07) { log in
      log.payload(block: 1)
      log.log(blockCount: 2)
      let entry = log.entry(tail: log.ringByteOffset)
      log.flush()
      log.home(blockCount: 2)
      return [entry]
    }
  }

  @Test func homeIsWrittenBeforeItsEntryIsStable() throws {
    try expect(.s08) { log in
      log.payload(block: 1)
      let entry = log.entry([ImageTraceLog.update(blockCount: 2)])
      return [entry, log.home(blockCount: 2)]
    }
  }

  @Test func homeIsWrittenBeforeTheLogIsNamed() throws {
    try expect(.s08, opening: false) { log in
      try log.headers(
        HeaderChange(
          fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
      log.payload(block: 0)
      log.entry([Self.table], guid: ImageTraceLog.guid(1))
      log.flush()
      let home = log.home(blockCount: 1)
      log.flush()
      try log.headers(HeaderChange(logGUID: ImageTraceLog.guid(1)))
      return [home]
    }
  }

  @Test func logIsClearedBeforeHomesAreStable() throws {
    try expect(.r10, closing: false) { log in
      log.payload(block: 1)
      log.log(blockCount: 2)
      let home = log.home(blockCount: 2)
      return [home, try log.headers(HeaderChange(logGUID: .zero))]
    }
  }

  @Test func logIsClearedWithoutHomes() throws {
    try expect(.r10, closing: false) { log in
      log.payload(block: 1)
      log.log(blockCount: 2)
      return [try log.headers(HeaderChange(logGUID: .zero))]
    }
  }
}
