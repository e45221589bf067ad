import Bytes
import CrashStates
import Scheduling
import Testing
import Workload
import WriteLog

@testable import Checking

/// An image that only a program can read, played by a closure.
@Suite struct OpaqueStateTests {
  /// Two entries and a flush; the client wrote one unit of 7 and was told that it is flushed.
  private static func evidence(reader: @escaping OpaqueReader) throws -> Evidence {
    var bytes: [UInt8] = []
    var writer = LogWriter<Never>(sectorByteCount: 512, logIdentity: 1) { (piece, byteOffset) in
      let end = Int(byteOffset) + piece.count
      if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(Int(byteOffset)..<end, with: piece)
    }
    let range = ByteRange(byteOffset: 0, byteCount: 512)
    let write = ClientOperation(identifier: 7, task: 0, action: .write, range: range)
    let flush = ClientOperation(identifier: 8, task: 0, action: .flush)
    var client = ClientHistory()
    client.begin(write, contentsDigest: 0, entryCount: 0)
    writer.appendWrite(
      [UInt8](repeating: 0x55, count: 512), at: 4096,
      timing: EntryTiming(submissionIndex: 1, completionIndex: 2, task: 1))
    client.end(7, entryCount: 1)
    client.begin(flush, entryCount: 1)
    writer.appendFlush(timing: EntryTiming(submissionIndex: 3, completionIndex: 4, task: 1))
    client.end(8, entryCount: 2)
    writer.finish()
    let index = try WriteLogIndex(reading: ByteRegion(bytes), options: LogReadingOptions())
    var evidence = Evidence(
      index: index, history: try DiskHistory(index: index, base: nil, initialByteCount: 8192))
    evidence.client = client
    evidence.isOpaque = true
    evidence.opaqueReader = reader
    evidence.contents = .filled
    evidence.submittedUnits = { ContentsStyle.filled.unitHashes(seed: Seed(1), operation: $0) }
    return evidence
  }

  private static func judge(_ reader: @escaping OpaqueReader) throws -> Judgement {
    Judge(Judge.Options(tiers: [.prefix], seed: 1)).judge(try evidence(reader: reader))
  }

  /// The virtual disk's only unit is at byte 4096 of the image, and what is there is what was written.
  private static func disk(_ image: StateImage, holding byte: UInt8) -> SparseBytes {
    var disk = SparseBytes(byteCount: 4096)
    let there = image.read(ByteRange(byteOffset: 4096, byteCount: 1))
    if there != [0] { disk.write([UInt8](repeating: byte, count: 512), at: 0) }
    return disk
  }

  @Test func whatTheProgramReadsIsHeldAgainstThePromises() throws {
    let judgement = try Self.judge { .opened(Self.disk($0, holding: 7)) }
    #expect(judgement.violations.isEmpty)
    #expect(judgement.judgedRules.contains(.d01))
    #expect(judgement.judgedRules.contains(.x03))
  }

  @Test func aFlushedWriteThatTheProgramDoesNotShowIsLost() throws {
    let judgement = try Self.judge { _ in .opened(SparseBytes(byteCount: 4096)) }
    #expect(judgement.violations.map(\.rule) == [.d01])
    #expect(judgement.violations.first?.operations.contains(7) == true)
    #expect(judgement.violations.first?.state == CrashState(cut: 2))
  }

  @Test func anotherOperationsContentsAreForeign() throws {
    let judgement = try Self.judge { .opened(Self.disk($0, holding: 9)) }
    #expect(judgement.violations.map(\.rule) == [.d03])
  }

  @Test func aRefusalBreaksTheRuleThatItNames() throws {
    let judgement = try Self.judge { image in
      image.read(ByteRange(byteOffset: 4096, byteCount: 1)) == [0]
        ? .opened(SparseBytes(byteCount: 4096)) : .refused(rule: .x03, reason: "corrupt")
    }
    #expect(judgement.violations.map(\.rule) == [.x03])
  }

  /// The first state is damaged, and of the second one nothing is known.
  @Test func aProgramThatCannotBeAskedEndsTheJudging() throws {
    let judgement = try Self.judge { image in
      image.read(ByteRange(byteOffset: 4096, byteCount: 1)) == [0]
        ? .opened(SparseBytes(byteCount: 4096)) : .unanswered(reason: "the disk is full.")
    }
    #expect(judgement.obstacle == "the disk is full.")
    #expect(judgement.isCutShort)
    #expect(judgement.violations.isEmpty)
    #expect(judgement.stateCount == 2)
  }

  @Test func aProgramThatAnswersIsNoObstacle() throws {
    let judgement = try Self.judge { .opened(Self.disk($0, holding: 7)) }
    #expect(judgement.obstacle == nil)
    #expect(!judgement.isCutShort)
    #expect(judgement.stateCount == 3)
  }
}
