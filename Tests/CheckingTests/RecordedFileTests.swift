import Bytes
import Checking
import CrashStates
import Rules
import Testing
import WriteLog

/// What the recording of a real file may look like and must not be blamed for, beside its planted mistake.
@Suite struct RecordedFileTests {
  /// Gathers the bytes that a log writer hands over.
  private final class Bytes {
    var bytes: [UInt8] = []

    func put(_ new: [UInt8], at byteOffset: UInt64) {
      let end = Int(byteOffset) + new.count
      bytes += [UInt8](repeating: 0, count: max(0, end - bytes.count))
      bytes.replaceSubrange(Int(byteOffset)..<end, with: new)
    }
  }

  private func brokenRules(
    base: [UInt8], _ build: (inout LogWriter<Never>) -> Void
  ) throws -> [Rule] {
    let log = Bytes()
    var writer = LogWriter<Never>(sectorByteCount: 512, logIdentity: 9) { log.put($0, at: $1) }
    build(&writer)
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(log.bytes))
    let history = try DiskHistory(
      index: index, base: ByteRegion(base), initialByteCount: UInt64(base.count))
    let evidence = try Evidence(recordedIn: index, history: history, origin: .powercut)
    let judge = Judge(Judge.Options(tiers: [.prefix, .flushedOnly, .drop(1)], seed: 1))
    return judge.judge(evidence).violations.map(\.rule)
  }

  private func timing(_ submitted: UInt64, _ completed: UInt64) -> EntryTiming {
    EntryTiming(submissionIndex: submitted, completionIndex: completed)
  }

  private let block = [UInt8](repeating: 5, count: 512)
  private let empty = [UInt8](repeating: 0, count: 4096)

  /// The first flush takes long: a second one covers the write meanwhile, and stands in front of it.
  @Test func aSlowFlushBehindAFasterOneIsFine() throws {
    let rules = try brokenRules(base: empty) { log in
      log.appendWrite(block, at: 0, timing: timing(2, 3))
      log.appendFlush(timing: timing(4, 5))
      log.appendFlush(timing: timing(1, 6))
    }
    #expect(rules == [])
  }

  @Test func aFlushBehindAWriteThatItDoesNotCoverIsL09() throws {
    let rules = try brokenRules(base: empty) { log in
      log.appendWrite(block, at: 0, timing: timing(2, 3))
      log.appendFlush(timing: timing(1, 6))
    }
    #expect(rules == [.l09])
  }

  /// The write that is not covered stands in front of one that is.
  @Test func theSlowestWriteInFrontOfAFlushIsHeldAgainstIt() throws {
    for completed in [4, 9] as [UInt64] {
      let rules = try brokenRules(base: empty) { log in
        log.appendWrite(block, at: 0, timing: timing(1, completed))
        log.appendWrite(block, at: 512, timing: timing(2, 3))
        log.appendFlush(timing: timing(5, 10))
      }
      #expect(rules == (completed == 4 ? [] : [.l09]))
    }
  }

  @Test func aFileMayGrowFromWithinASector() throws {
    let first = Array("parent".utf8) + [UInt8](repeating: 0, count: 506)
    let rules = try brokenRules(base: []) { log in
      log.appendMark("pc1 size 6", timing: timing(1, 2))
      log.appendWrite(first, at: 0, timing: timing(1, 2))
      log.appendMark("pc1 size 1029", timing: timing(3, 4))
      log.appendWrite(block, at: 1024, timing: timing(3, 4))
      log.appendFlush(timing: timing(5, 6))
    }
    #expect(rules == [])
  }

  @Test func aFileMayBeCutOffWithinASector() throws {
    let rest = [UInt8](repeating: 5, count: 88) + [UInt8](repeating: 0, count: 424)
    let rules = try brokenRules(base: [UInt8](repeating: 5, count: 2048)) { log in
      log.appendMark("pc1 size 600", timing: timing(1, 2))
      log.appendWrite(rest, at: 512, timing: timing(1, 2))
      log.appendMark("pc1 size 4096", timing: timing(3, 4))
      log.appendFlush(timing: timing(5, 6))
    }
    #expect(rules == [])
  }

  /// Without the mark a file of six bytes seems to have become a whole sector.
  @Test func growthThatNoMarkTellsIsD01() throws {
    let rules = try brokenRules(base: []) { log in
      log.appendWrite(block, at: 0, timing: timing(1, 2))
    }
    #expect(rules == [.d01])
  }
}
