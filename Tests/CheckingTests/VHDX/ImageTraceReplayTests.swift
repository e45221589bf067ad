import Bytes
import Checking
import Testing
import VHDX

/// Sessions that open an image which was not closed.
struct ImageTraceReplayTests {
  /// A log of one entry that maps block 0, named by the second header.
  private func dirtyLog() throws -> ImageTraceLog {
    var log = ImageTraceLog()
    let entry = VHDX.LogEntry(
      logGUID: ImageTraceLog.guid(7), sequenceNumber: 9, tailByteOffset: 0,
      flushedByteCount: 4 << 20, lastByteCount: 5 << 20,
      updates: [ImageTraceLog.update(blockCount: 1)])
    log.base.write(entry.encode(), at: ImageTraceLog.log)
    let named = try log.current.updated(HeaderChange(logGUID: ImageTraceLog.guid(7)))
    log.base.write(named.bytes, at: named.byteOffset)
    log.current = named.current
    return log
  }

  private let fileWrite = HeaderChange(fileWriteGUID: ImageTraceLog.guid(0xf1))

  @Test func carefulReplayBreaksNothing() throws {
    var log = try dirtyLog()
    try log.headers(fileWrite)
    log.home(blockCount: 1)
    log.size(5 << 20)
    log.flush()
    try log.headers(HeaderChange(logGUID: .zero))
    try log.headers(HeaderChange(dataWriteGUID: ImageTraceLog.guid(0xd1)))
    log.sequenceNumber = 10
    log.ringByteOffset = 8192
    try log.startLog(ImageTraceLog.guid(8))
    log.allocate(block: 1)
    try log.close()
    log.acknowledgeClose()
    #expect(try log.violations() == [])
  }

  @Test func payloadBeforeReplayIsFound() throws {
    var log = try dirtyLog()
    try log.headers(fileWrite)
    let payload = log.write(ImageTraceLog.sector(1), at: 8 << 20)
    let found = try log.violations()
    #expect(found.map(\.rule) == [.r08])
    #expect(found.first?.entries == [payload])
  }

  @Test func replayThatChangesDataWriteGUIDIsFound() throws {
    var log = try dirtyLog()
    let header = try log.headers(
      HeaderChange(
        fileWriteGUID: ImageTraceLog.guid(0xf1), dataWriteGUID: ImageTraceLog.guid(0xd1)))
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h15])
    #expect(found.first?.entries == [header])
  }

  @Test func replayBeforeFileWriteGUIDIsFound() throws {
    var log = try dirtyLog()
    let home = log.home(blockCount: 1)
    log.flush()
    let found = try log.violations()
    #expect(found.map(\.rule) == [.h13])
    #expect(found.first?.entries == [home])
  }

  @Test func logClearedBeforeReplayIsStableIsFound() throws {
    var log = try dirtyLog()
    try log.headers(fileWrite)
    let home = log.home(blockCount: 1)
    let header = try log.headers(HeaderChange(logGUID: .zero))
    let found = try log.violations()
    #expect(found.map(\.rule) == [.r10])
    #expect(found.first?.entries == [home, header])
  }

  @Test func logOverwrittenBeforeReplayIsFound() throws {
    var log = try dirtyLog()
    try log.headers(fileWrite)
    let write = log.write(ImageTraceLog.sector(0), at: ImageTraceLog.log + 4096)
    let found = try log.violations()
    #expect(found.map(\.rule) == [.s06])
    #expect(found.first?.entries == [write])
  }

  @Test func otherBytesThanTheEntryAreFoundInReplay() throws {
    var log = try dirtyLog()
    try log.headers(fileWrite)
    let home = log.home(blockCount: 2)
    let found = try log.violations()
    #expect(
      found.map(\.rule) == [.b09, .h14, .r08].sorted { $0.reportOrder < $1.reportOrder })
    #expect(found.allSatisfy { $0.entries == [home] })
  }

  /// A session that leaves its log after makes the next one a dirty open.
  @Test func sessionBehindOneThatDidNotClearItsLogMustReplay() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    log.acknowledgeClose()
    try log.headers(HeaderChange(fileWriteGUID: ImageTraceLog.guid(0xf2)))
    let payload = log.write(ImageTraceLog.sector(1), at: 8 << 20)
    let found = try log.violations()
    #expect(found.map(\.rule) == [.r08])
    #expect(found.first?.entries == [payload])
  }
}
