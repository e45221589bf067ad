import Bytes
import Checking
import CrashStates
import Rules
import Workload
import WriteLog

@testable import BlockDevice

/// What a client did, what the device under a logger saw of it and what the log's device did, put together by
/// hand, event by event, so that exactly one thing can be wrong.
struct TracedCase {
  private var log: [UInt8] = []
  private(set) var entryCount = 0
  private var event: UInt64 = 0
  private var client = ClientHistory()
  private var logTrace: [DeviceOperation] = []
  private var dataTrace: [DeviceOperation] = []
  private var sessions = [Traces.Session(firstLogOperation: 0)]
  private var nextOperation: UInt64 = 1
  /// What the device holds.
  var live = SparseBytes(byteCount: 64 << 10)
  var interval: Int?
  /// How many entries the log that is judged is said to have; `nil` for all.
  var foundEntryCount: Int?

  init(interval: Int? = nil) {
    self.interval = interval
  }

  private mutating func tick() -> UInt64 {
    event += 1
    return event
  }

  // MARK: Operations of the client

  /// A write of one sector that is carried out, logged and, with a superblock of `counting` entries before
  /// the answer, acknowledged.
  ///
  /// - Parameter takes: how many events pass until its entry is in the log.
  mutating func write(
    counting count: Int? = nil, isFUA: Bool = false, isStable: Bool? = nil, isAnswered: Bool = true,
    errorName: String? = nil, deviceError: DeviceError? = nil, takes eventCount: UInt64 = 1,
    _ entries: (inout TracedCase, ClientOperation) -> Void = { $0.logWrite($1) }
  ) {
    let operation = RecordedCase.write(nextOperation, sector: nextOperation, isFUA: isFUA)
    nextOperation += 1
    let data = RecordedCase.data(operation)
    client.begin(
      operation, contentsDigest: Checksum.xxh3(data), entryCount: entryCount, event: tick())
    let submittedAt = tick()
    let completedAt = tick()
    dataTrace.append(
      DeviceOperation(
        action: .write, range: operation.range, bytes: data, isFUA: isFUA, task: 0,
        clientOperation: operation.identifier, submittedAt: submittedAt, completedAt: completedAt,
        stableAt: isStable ?? isFUA ? completedAt : nil, error: deviceError))
    live.write(data, at: operation.range.byteOffset)
    let firstOwn = logTrace.count
    entries(&self, operation)
    for place in firstOwn..<logTrace.count where eventCount > 1 {
      logTrace[place].completedAt = logTrace[place].submittedAt + eventCount
    }
    if let count { superblock(count) }
    if isAnswered {
      client.end(
        operation.identifier, errorName: errorName, entryCount: entryCount, event: tick())
    }
  }

  /// A flush that makes all stable that was written, or is said to; or a close, which flushes.
  ///
  /// - Parameter isLoggedFirst: whether its entry is logged before the device has flushed.
  mutating func flush(
    counting count: Int? = nil, isTrue: Bool = true, isLogged: Bool = true,
    isLoggedFirst: Bool = false, isClose: Bool = false
  ) {
    let operation = RecordedCase.action(nextOperation, isClose ? .close : .flush)
    nextOperation += 1
    client.begin(operation, entryCount: entryCount, event: tick())
    if isLogged && isLoggedFirst { entry([0, 0, 1], of: operation.identifier) }
    let completedAt = tick()
    for place in dataTrace.indices where isTrue && dataTrace[place].stableAt == nil {
      dataTrace[place].stableAt = completedAt
    }
    if isLogged && !isLoggedFirst { entry([0, 0, 1], of: operation.identifier) }
    if let count { superblock(count) }
    client.end(operation.identifier, entryCount: entryCount, event: tick())
  }

  /// The device refuses what it is asked to write for the last operation.
  mutating func refuseLastOperation() {
    dataTrace[dataTrace.count - 1].error = .inputOutput
    dataTrace[dataTrace.count - 1].stableAt = nil
  }

  /// A resize, logged with this text.
  mutating func resize(toSectorCount sectorCount: UInt64, text: String) {
    let operation = RecordedCase.action(nextOperation, .resize, sectorCount: sectorCount)
    nextOperation += 1
    client.begin(operation, entryCount: entryCount, event: tick())
    let submittedAt = tick()
    dataTrace.append(
      DeviceOperation(
        action: .resize, range: operation.range, bytes: [], isFUA: false, task: 0,
        clientOperation: operation.identifier, submittedAt: submittedAt, completedAt: tick(),
        stableAt: nil))
    live.resize(toByteCount: operation.range.byteCount)
    entry([0, 0, 8], text: text, of: operation.identifier)
    client.end(operation.identifier, entryCount: entryCount, event: tick())
  }

  /// A read, which has no entry unless `isLogged`.
  mutating func read(isLogged: Bool) {
    let operation = RecordedCase.action(nextOperation, .read, sectorCount: 1)
    nextOperation += 1
    client.begin(operation, entryCount: entryCount, event: tick())
    if isLogged {
      entry([0, 1, 0], data: [UInt8](repeating: 0, count: 512), of: operation.identifier)
    }
    client.end(operation.identifier, entryCount: entryCount, event: tick())
  }

  // MARK: The log

  mutating func logWrite(
    _ operation: ClientOperation, sectorOffset: UInt64 = 0, flags: UInt64? = nil,
    error: DeviceError? = nil
  ) {
    entry(
      [operation.range.byteOffset / 512 + sectorOffset, 1, flags ?? (operation.isFUA ? 2 : 0)],
      data: RecordedCase.data(operation), of: operation.identifier, error: error)
  }

  /// An entry at the end of the log, in one write: three words of its header, its text and its data.
  ///
  /// - Parameter missing: how many bytes in front of that end it starts; where negative, after it.
  mutating func entry(
    _ words: [UInt64], text: String = "", data: [UInt8] = [], of operation: UInt64?,
    isStable: Bool = true, missing byteCount: Int = 0, error: DeviceError? = nil
  ) {
    var bytes = (words + [UInt64(text.utf8.count)]).flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    bytes += Array(text.utf8)
    bytes += [UInt8](repeating: 0, count: 512 - bytes.count) + data
    let submittedAt = tick()
    let completedAt = tick()
    log.removeLast(max(0, byteCount))
    log += [UInt8](repeating: 0, count: max(0, -byteCount))
    logTrace.append(
      DeviceOperation(
        action: .write,
        range: ByteRange(byteOffset: UInt64(512 + log.count), byteCount: UInt64(bytes.count)),
        bytes: bytes, isFUA: false, task: 0, clientOperation: operation, submittedAt: submittedAt,
        completedAt: completedAt, stableAt: isStable && error == nil ? completedAt : nil,
        error: error))
    log += error == nil ? bytes : [UInt8](repeating: 0, count: bytes.count)
    entryCount += 1
  }

  mutating func superblock(
    _ count: Int, isStable: Bool = true, at byteOffset: UInt64 = 0, error: DeviceError? = nil
  ) {
    let submittedAt = tick()
    let completedAt = tick()
    logTrace.append(
      DeviceOperation(
        action: .write, range: ByteRange(byteOffset: byteOffset, byteCount: 512),
        bytes: Self.superblock(count),
        isFUA: true, task: 0, clientOperation: nil, submittedAt: submittedAt,
        completedAt: completedAt, stableAt: isStable && error == nil ? completedAt : nil,
        error: error))
  }

  mutating func close() { sessions[sessions.count - 1].closedAt = tick() }

  /// What follows is of another session.
  mutating func reopen(error: String? = nil) {
    sessions.append(Traces.Session(firstLogOperation: logTrace.count, openingError: error))
  }

  private static func superblock(_ count: Int) -> [UInt8] {
    let bytes: [UInt8] =
      [0x72, 0x68, 0x73, 0x77, 0x66, 0x73, 0x6a, 0, 1, 0, 0, 0, 0, 0, 0, 0]
      + [UInt8(count), 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    return bytes + [UInt8](repeating: 0, count: 512 - bytes.count)
  }

  // MARK: Judging

  func judgement(_ tiers: [Tier] = [.prefix]) throws -> Judgement {
    let index = try WriteLogIndex(
      reading: ByteRegion(Self.superblock(foundEntryCount ?? entryCount) + log))
    let history = try DiskHistory(index: index, base: nil, initialByteCount: 64 << 10)
    var evidence = Evidence(index: index, history: history)
    evidence.client = client
    evidence.live = .sparse(live)
    evidence.submittedUnits = { operation in
      [Checksum.xxh3Wide(RecordedCase.data(operation))]
    }
    evidence.traces = Traces(
      data: dataTrace, log: logTrace, sessions: sessions, superblockInterval: interval,
      initialContents: SparseBytes(byteCount: 64 << 10))
    return Judge(Judge.Options(tiers: tiers, seed: 1)).judge(evidence)
  }

  /// Those of these rules that it breaks, ascending; of all the write log's where none are given.
  func brokenRules(_ rules: Set<Rule>? = nil, _ tiers: [Tier] = [.prefix]) throws -> [Rule] {
    try judgement(tiers).violations.map(\.rule)
      .filter { rules?.contains($0) ?? $0.rawValue.hasPrefix("L") }.sorted()
  }
}
