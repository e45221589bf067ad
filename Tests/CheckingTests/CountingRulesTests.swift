import Bytes
import Checking
import CrashStates
import Testing
import Workload
import WriteLog

@testable import BlockDevice

/// When a logger has to rewrite its superblock, in traces that are put together by hand: writes of one sector,
/// an entry of two sectors for each, and superblocks in between.
@Suite struct CountingRulesTests {
  private struct Case {
    private var log: [UInt8] = []
    private var entryCount = 0
    private var event: UInt64 = 0
    private var client = ClientHistory()
    private var trace: [DeviceOperation] = []
    var interval: Int? = 2
    var closedAt: UInt64?

    private mutating func tick() -> UInt64 {
      event += 1
      return event
    }

    /// A write of the client that is carried out, logged and, with a superblock of `counting` entries before
    /// the answer, acknowledged.
    mutating func write(
      counting count: Int? = nil, isFUA: Bool = false, isAnswered: Bool = true, takes: UInt64 = 1
    ) {
      let identifier = UInt64(entryCount + 1)
      let operation = RecordedCase.write(identifier, sector: identifier, isFUA: isFUA)
      client.begin(operation, entryCount: entryCount, event: tick())
      logWrite(operation, takes: takes)
      if let count { superblock(count) }
      if isAnswered { client.end(identifier, entryCount: entryCount, event: tick()) }
    }

    private mutating func logWrite(_ operation: ClientOperation, takes eventCount: UInt64) {
      var bytes: [UInt8] = []
      for word in [operation.range.byteOffset / 512, 1, operation.isFUA ? 2 : 0, 0] as [UInt64] {
        bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
      bytes += [UInt8](repeating: 0, count: 512 - bytes.count) + RecordedCase.data(operation)
      let submittedAt = tick()
      let range = ByteRange(byteOffset: UInt64(512 + log.count), byteCount: 1024)
      log += bytes
      entryCount += 1
      trace.append(
        DeviceOperation(
          action: .write, range: range, bytes: bytes, isFUA: false, task: 0,
          clientOperation: operation.identifier, submittedAt: submittedAt,
          completedAt: submittedAt + eventCount, stableAt: submittedAt + eventCount))
      event += 1
    }

    mutating func superblock(_ count: Int, isStable: Bool = true) {
      let submittedAt = tick()
      let completedAt = tick()
      trace.append(
        DeviceOperation(
          action: .write, range: ByteRange(byteOffset: 0, byteCount: 512),
          bytes: Self.superblock(count),
          isFUA: true, task: 0, clientOperation: nil, submittedAt: submittedAt,
          completedAt: completedAt,
          stableAt: isStable ? completedAt : nil))
    }

    mutating func close() { closedAt = tick() }

    private static func superblock(_ count: Int) -> [UInt8] {
      let bytes: [UInt8] =
        [0x72, 0x68, 0x73, 0x77, 0x66, 0x73, 0x6a, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        + [UInt8(count), 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
      return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
    }

    func judgement() throws -> Judgement {
      let index = try WriteLogIndex(reading: ByteRegion(Self.superblock(entryCount) + log))
      let history = try DiskHistory(index: index, base: nil, initialByteCount: 64 << 10)
      var evidence = Evidence(index: index, history: history)
      evidence.client = client
      evidence.submittedUnits = { operation in
        [Checksum.xxh3Wide(RecordedCase.data(operation))]
      }
      var session = Traces.Session(firstLogOperation: 0)
      session.closedAt = closedAt
      evidence.traces = Traces(
        data: [], log: trace, sessions: [session], superblockInterval: interval,
        initialContents: SparseBytes(byteCount: 64 << 10))
      return Judge(Judge.Options(tiers: [.prefix], seed: 1)).judge(evidence)
    }

    /// Of the two rules that this is about.
    var brokenRules: [Rule] {
      get throws { try judgement().violations.map(\.rule).filter { $0 == .l12 || $0 == .l13 } }
    }
  }

  // MARK: L13

  @Test func aSuperblockAfterEveryTwoEntriesKeepsL13() throws {
    var made = Case()
    for count in 1...5 { made.write(counting: count % 2 == 0 ? count : nil) }
    #expect(try made.brokenRules == [])
    #expect(try made.judgement().judgedRules.contains(.l13))
  }

  @Test func withoutOneL13IsBroken() throws {
    var made = Case()
    for _ in 1...3 { made.write() }
    let violation = try #require(try made.judgement().violations.first { $0.rule == .l13 })
    #expect(violation.operations == [2])
    #expect(violation.repeatCount == 1)
    #expect(violation.title.contains("counted 0 and not 2"))
  }

  @Test func whatWasNotAskedForIsNotMissed() throws {
    for interval in [nil, 4] {
      var made = Case()
      made.interval = interval
      for _ in 1...3 { made.write() }
      #expect(try made.brokenRules == [])
    }
  }

  @Test func oneThatComesAfterTheAnswerIsTooLate() throws {
    var made = Case()
    made.write()
    made.write()
    made.superblock(2)
    made.write()
    #expect(try made.brokenRules == [.l13])
  }

  @Test func oneThatIsNotStableDoesNotCount() throws {
    for isStable in [false, true] {
      var made = Case()
      made.write()
      made.write(isAnswered: false)
      made.superblock(2, isStable: isStable)
      made.write()
      #expect(try made.brokenRules == (isStable ? [] : [.l13]))
    }
  }

  @Test func oneThatCountsTooFewIsNotEnough() throws {
    for count in [3, 4] {
      var made = Case()
      made.write()
      made.write(counting: 2)
      made.write()
      made.write(counting: count)
      #expect(try made.brokenRules == (count == 4 ? [] : [.l13]))
    }
  }

  /// The second entry takes long: until it is there the third one does not make two entries without a gap.
  @Test func anEntryThatIsStillBeingWrittenIsNotDue() throws {
    for takes in [1, 100] as [UInt64] {
      var made = Case()
      made.write()
      made.write(isAnswered: false, takes: takes)
      made.write()
      #expect(try made.brokenRules == (takes == 1 ? [.l13] : []))
    }
  }

  @Test func anOperationThatWasNotAnsweredWaitsForNothing() throws {
    var made = Case()
    for _ in 1...3 { made.write(isAnswered: false) }
    #expect(try made.brokenRules == [])
  }

  // MARK: L12

  @Test func aClosedLogCountsAllOfItsEntries() throws {
    for (count, isBroken) in [(3, false), (2, true), (0, true)] {
      var made = Case()
      made.interval = nil
      for _ in 1...3 { made.write() }
      made.superblock(count)
      made.close()
      #expect(try made.brokenRules == (isBroken ? [.l12] : []))
    }
  }

  @Test func theLastOneBeforeTheCloseDecides() throws {
    var made = Case()
    made.interval = nil
    made.write()
    made.superblock(1)
    made.superblock(0)
    made.close()
    #expect(try made.brokenRules == [.l12])
    // What is written after it is too late.
    made.superblock(1)
    #expect(try made.brokenRules == [.l12])
  }

  @Test func oneThatIsNotStableAtTheCloseDoesNotCount() throws {
    var made = Case()
    made.interval = nil
    made.write()
    made.superblock(1, isStable: false)
    made.close()
    #expect(try made.brokenRules == [.l12])
  }

  @Test func aLoggerThatWasKilledOwesNothing() throws {
    var made = Case()
    made.interval = nil
    made.write()
    #expect(try made.brokenRules == [])
    #expect(try made.judgement().judgedRules.contains(.l12))
  }
}
