import Bytes
import Checking
import Testing
import VHDX
import WriteLog

/// Orders that are right: no rule may fail.
struct ImageTraceJudgeTests {
  @Test func carefulSessionBreaksNothing() throws {
    var log = ImageTraceLog()
    try log.open()
    for block in 0..<3 { log.allocate(block: block) }
    try log.close()
    #expect(try log.violations() == [])
  }

  @Test func twoCarefulSessionsBreakNothing() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    try log.close()
    log.acknowledgeClose()
    try log.open(2)
    log.allocate(block: 1)
    try log.close()
    log.acknowledgeClose()
    #expect(try log.violations() == [])
    // The second FileWriteGuid tells as much.
    log.client = nil
    #expect(try log.violations() == [])
  }

  @Test func tailMovesBehindStableHomes() throws {
    var log = ImageTraceLog()
    try log.open()
    log.allocate(block: 0)
    let place = log.ringByteOffset
    log.payload(block: 1)
    log.log(blockCount: 2, tail: place)
    log.home(blockCount: 2)
    try log.close()
    #expect(try log.violations() == [])
  }

  @Test func ringIsUsedAgainBehindTail() throws {
    var log = ImageTraceLog()
    try log.open()
    log.payload(block: 0)
    // 130 entries of two sectors in a ring of 256.
    for _ in 0..<130 {
      log.log(blockCount: 1, tail: log.ringByteOffset)
      log.home(blockCount: 1)
      log.flush()
    }
    try log.close()
    #expect(try log.violations() == [])
  }
}
