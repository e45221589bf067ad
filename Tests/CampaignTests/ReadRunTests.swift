import BlockDevice
import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing
import Workload
import WriteLog

/// What reads of a simulated run returned: in its history, in its log, and judged.
@Suite struct ReadRunTests {
  private static func configuration(
    _ stack: String, bug: BugSwitch? = nil, _ sessions: [[ClientOperation]]
  ) throws -> RunConfiguration {
    var configuration = RunConfiguration(
      stack: try #require(StackName(stack)), bugs: Set(bug.map { [.stack($0)] } ?? []))
    configuration.deviceByteCount = 4 << 20
    configuration.workload = .explicit(Workload(explicit: sessions))
    return configuration
  }

  private static func operation(
    _ identifier: UInt64, _ action: ClientOperation.Action, at byteOffset: UInt64 = 0,
    _ byteCount: UInt64 = 0
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: 0, action: action,
      range: ByteRange(byteOffset: byteOffset, byteCount: byteCount))
  }

  /// A write across the end of a block, what it replaces, and reads of both, also after reopening.
  private static let sessions = [
    [
      operation(1, .read, at: 0, 1024), operation(2, .write, at: (1 << 20) - 1024, 2048),
      operation(3, .read, at: (1 << 20) - 1024, 2048), operation(4, .write, at: 512, 512),
      operation(5, .read, at: 0, 1536), operation(6, .flush),
    ],
    [operation(8, .read, at: 0, 1536), operation(9, .read, at: (1 << 20) - 512, 2048)],
  ]

  @Test(arguments: ["raw:exact", "vhdx:exact", "vhdx:qemu-7.2.22", "raw:qemu-7.2.22"])
  func whatReadsReturnIsKeptAndRight(stack: String) throws {
    let run = SimulatedRun(try Self.configuration(stack, Self.sessions), seed: Seed(3))
    try #require(run.stall == nil)
    let reads = run.client.records.filter { $0.operation.action == .read }
    #expect(
      reads.map(\.readContents) == [
        ReadContents([.zeroes, .zeroes]),
        ReadContents(Array(repeating: .operation(2), count: 4)),
        ReadContents([.zeroes, .operation(4), .zeroes]),
        ReadContents([.zeroes, .operation(4), .zeroes]),
        ReadContents([.operation(2), .operation(2), .operation(2), .zeroes]),
      ])
    let judgement = run.judgement(tiers: [.prefix])
    #expect(judgement.judgedRules.contains(.d11))
    #expect(!judgement.violations.contains { $0.rule == .d11 }, "\(judgement.violations)")
  }

  /// The log tells what the run knew, in marks of its own.
  @Test(arguments: ["raw:exact", "vhdx:exact"])
  func theLogTellsTheSame(stack: String) throws {
    let run = SimulatedRun(try Self.configuration(stack, Self.sessions), seed: Seed(3))
    let marked = try #require(try MarkedHistory.records(of: run))
    #expect(marked.map(\.readContents) == run.client.records.map(\.readContents))
    #expect(marked.map(\.beganAt) == run.client.records.map(\.beganAt))
    #expect(marked.map(\.endedAt) == run.client.records.map(\.endedAt))
    let index = try WriteLogIndex(reading: ByteRegion(run.logBytes))
    let texts = (0..<index.entryCount).map { index[$0] }.filter { $0.kind == .mark }
      .map { index.text(of: $0) }
    #expect(texts.contains("pc1 got 9 2*3 0"))
  }

  /// A mistake of the reader shows in the run, and in its log alone.
  @Test(arguments: [
    (BugSwitch.staleTable, "read #3 [1047552, 1049600) returned zeroes for byte 1047552"),
    (.tornAcrossBlocks, "read #3 [1047552, 1049600) returned other bytes (XXH3-128 "),
  ])
  func aMistakeOfTheReaderShowsInTheLogAlone(bug: BugSwitch, title: String) throws {
    var sessions = Self.sessions
    // What lies across the end of a block has been looked at before.
    sessions[0][0].range = ByteRange(byteOffset: (1 << 20) - 512, byteCount: 512)
    let run = SimulatedRun(try Self.configuration("vhdx:exact", bug: bug, sessions), seed: Seed(3))
    let found = try #require(
      run.judgement(tiers: [.prefix]).violations.first { $0.rule == .d11 })
    #expect(found.title.hasPrefix(title), "\(found.title)")
    var evidence = try run.evidence()
    evidence.client = try ClientHistory(marksOf: evidence.index)
    let again = Judge(Judge.Options(tiers: [], seed: 1)).judge(evidence).violations
      .first { $0.rule == .d11 }
    #expect(again?.title == found.title)
  }
}
