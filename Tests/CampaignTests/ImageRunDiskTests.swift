import Bytes
import Campaign
import Checking
import CrashStates
import Scheduling
import Stacks
import Testing
import Workload
import WriteLog

/// The log of a good run of a VHDX stack, changed in one place: which promise about the virtual disk
/// that breaks, and where.
@Suite struct ImageRunDiskTests {
  private static let seed = Seed(3)
  private static let first = operation(1, .write, at: 0)
  private static let second = operation(2, .write, at: 1 << 20)

  private let run: SimulatedRun
  private var log: [UInt8]
  private var client: ClientHistory

  init() {
    self.init([Self.first, Self.second, Self.operation(3, .flush)])
  }

  private init(_ operations: [ClientOperation]) {
    var configuration = RunConfiguration(stack: StackName(image: .vhdx, profile: .exact))
    configuration.deviceByteCount = 4 << 20
    configuration.workload = .explicit(Workload(explicit: [operations]))
    run = SimulatedRun(configuration, seed: Self.seed)
    log = run.logBytes
    client = run.client
  }

  private static func operation(
    _ identifier: UInt64, _ action: ClientOperation.Action, at byteOffset: UInt64 = 0,
    isFUA: Bool = false
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: 0, action: action,
      range: ByteRange(byteOffset: byteOffset, byteCount: action == .flush ? 0 : 4096),
      isFUA: isFUA)
  }

  private static func data(_ operation: ClientOperation) -> [UInt8] {
    StampedUnit.bytes(seed: seed, operation: operation.identifier, range: operation.range)
  }

  /// The write of the log that carries an operation's data.
  private func entry(of operation: ClientOperation) throws -> LogEntry {
    let index = try WriteLogIndex(reading: ByteRegion(run.logBytes))
    let data = Self.data(operation)
    return try #require(
      (0..<index.entryCount).lazy.map { index[$0] }
        .first { $0.kind == .write && Array(run.logBytes[$0.payloadRange]) == data })
  }

  private mutating func replaceData(of operation: ClientOperation, by bytes: [UInt8]) throws {
    log.replaceSubrange(try entry(of: operation).payloadRange, with: bytes)
  }

  /// The rules of promises that the changed log breaks.
  private func broken(_ tiers: [Tier] = [.prefix]) throws -> [Violation] {
    var options = LogReadingOptions()
    options.tail = .all
    let index = try WriteLogIndex(reading: ByteRegion(log), options: options)
    let initial = run.initialContents
    var evidence = Evidence(
      history: try DiskHistory(
        index: index,
        base: ByteRegion(initial.read(ByteRange(byteOffset: 0, byteCount: initial.byteCount))),
        initialByteCount: initial.byteCount))
    let good = try run.evidence()
    evidence.client = client
    evidence.format = good.format
    evidence.submittedUnits = good.submittedUnits
    return Judge(Judge.Options(tiers: tiers, seed: 1)).judge(evidence).violations
      .filter { $0.rule.rawValue.hasPrefix("D") }
  }

  @Test func theLogAsItIsBreaksNothing() throws {
    #expect(try broken([.prefix, .flushedOnly, .drop(1)]) == [])
  }

  @Test mutating func aLostPayloadBehindAFlushBreaksD01() throws {
    try replaceData(of: Self.first, by: [UInt8](repeating: 0, count: 4096))
    let violations = try broken()
    #expect(violations.map(\.rule) == [.d01])
    #expect(violations.first?.operations == [1, 3])
    #expect(
      violations.first?.title
        == "byte 0 holds zeroes, and must hold write #1 [0, 4096) or a later version")
    let flushed = try #require(client.record(of: 3)?.entryCountAtEnd)
    #expect(violations.first?.state?.cut == flushed)
    // One for each of the eight units, at least.
    #expect(violations.first.map { $0.repeatCount >= 7 } == true)
  }

  @Test mutating func swappedPayloadsBreakD03() throws {
    try replaceData(of: Self.first, by: Self.data(Self.second))
    try replaceData(of: Self.second, by: Self.data(Self.first))
    let violations = try broken()
    #expect(violations.map(\.rule) == [.d03])
    #expect(
      violations.first?.title.hasPrefix("byte 0 holds a unit of operation #2 for byte 1048576")
        == true)
  }

  @Test mutating func aMixtureInsideAUnitBreaksD02() throws {
    var data = Self.data(Self.first)
    data.replaceSubrange(512 + 256..<1024, with: Self.data(Self.second)[..<256])
    try replaceData(of: Self.first, by: data)
    let violations = try broken()
    #expect(violations.map(\.rule) == [.d02])
    #expect(violations.first?.title.hasPrefix("byte 512 holds") == true)
  }

  @Test func aLostFUAWriteBreaksD05() throws {
    let write = Self.operation(1, .write, at: 8192, isFUA: true)
    var changed = Self([write, Self.second])
    #expect(try changed.broken() == [])
    try changed.replaceData(of: write, by: [UInt8](repeating: 0, count: 4096))
    let violations = try changed.broken()
    #expect(violations.map(\.rule) == [.d05])
    #expect(violations.first?.operations == [1])
    #expect(violations.first?.title.hasPrefix("byte 8192 holds zeroes") == true)
  }

  @Test mutating func aLossBesideAReportedErrorBreaksD07() throws {
    client.begin(Self.operation(9, .write), entryCount: 0)
    client.end(9, errorName: "input-output", entryCount: 0)
    #expect(try broken() == [])
    try replaceData(of: Self.first, by: [UInt8](repeating: 0, count: 4096))
    #expect(try broken().map(\.rule) == [.d07])
  }
}
