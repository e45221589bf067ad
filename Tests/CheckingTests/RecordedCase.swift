import Bytes
import Checking
import CrashStates
import Rules
import Scheduling
import Workload
import WriteLog

/// A log and a client's history that are put together by hand, entry by entry, so that exactly one
/// thing can be wrong with them.
struct RecordedCase {
  static let deviceByteCount: UInt64 = 64 << 10
  static let seed = Seed(7)

  private var log: [UInt8] = []
  private(set) var entryCount = 0
  private(set) var client = ClientHistory()
  /// How many entries the superblock counts; `nil` for as many as there are.
  var countedEntryCount: Int?

  /// Submits an operation; `body` appends what the log holds of it; then it is answered.
  mutating func operation(
    _ operation: ClientOperation, errorName: String? = nil,
    _ body: (inout RecordedCase) -> Void = { _ in }
  ) {
    client.begin(operation, entryCount: entryCount)
    body(&self)
    client.end(operation.identifier, errorName: errorName, entryCount: entryCount)
  }

  /// A header of four words by hand, the text of a mark, and the data after the header.
  mutating func entry(
    sector: UInt64 = 0, sectorCount: UInt64 = 0, flags: UInt64 = 0, text: String = "",
    data: [UInt8] = []
  ) {
    var header: [UInt8] = []
    for word in [sector, sectorCount, flags, UInt64(text.utf8.count)] {
      header += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
    }
    header += Array(text.utf8)
    log += header + [UInt8](repeating: 0, count: 512 - header.count) + data
    entryCount += 1
  }

  /// The data of an operation, `shiftedBy` bytes away from where it says that it belongs.
  static func data(_ operation: ClientOperation, shiftedBy byteCount: UInt64 = 0) -> [UInt8] {
    var range = operation.range
    range.byteOffset += byteCount
    return StampedUnit.bytes(seed: seed, operation: operation.identifier, range: range)
  }

  static func write(
    _ identifier: UInt64, sector: UInt64 = 0, sectorCount: UInt64 = 1, isFUA: Bool = false
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: 0, action: .write,
      range: ByteRange(byteOffset: sector * 512, byteCount: sectorCount * 512), isFUA: isFUA)
  }

  static func action(
    _ identifier: UInt64, _ action: ClientOperation.Action, sectorCount: UInt64 = 0
  ) -> ClientOperation {
    ClientOperation(
      identifier: identifier, task: 0, action: action,
      range: ByteRange(byteOffset: 0, byteCount: sectorCount * 512))
  }

  /// Submits a write and logs it as it should be.
  mutating func loggedWrite(_ operation: ClientOperation) {
    self.operation(operation) { $0.logWrite(operation) }
  }

  mutating func logWrite(_ operation: ClientOperation) {
    entry(
      sector: operation.range.byteOffset / 512, sectorCount: operation.range.byteCount / 512,
      flags: operation.isFUA ? 2 : 0, data: Self.data(operation))
  }

  /// Submits a flush and logs it, or leaves its entry out.
  mutating func flush(_ identifier: UInt64, isLogged: Bool = true, isClose: Bool = false) {
    operation(Self.action(identifier, isClose ? .close : .flush)) {
      if isLogged { $0.entry(flags: 1) }
    }
  }

  /// An entry that is a text.
  mutating func mark(_ text: String) { entry(flags: 8, text: text) }

  /// What the rules say of it. The D rules, and those that need no trace.
  func brokenRules(_ tiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]) throws -> [Rule] {
    try judgement(tiers).violations.map(\.rule).sorted()
  }

  func judgement(_ tiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]) throws -> Judgement {
    Judge(Judge.Options(tiers: tiers, seed: 1)).judge(try evidence())
  }

  func evidence() throws -> Evidence {
    var superblock: [UInt8] = [0x72, 0x68, 0x73, 0x77, 0x66, 0x73, 0x6a, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    superblock += [UInt8(countedEntryCount ?? entryCount), 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0]
    superblock += [UInt8](repeating: 0, count: 512 - superblock.count)
    let index = try WriteLogIndex(reading: ByteRegion(superblock + log))
    let history = try DiskHistory(
      index: index, base: nil, initialByteCount: Self.deviceByteCount)
    var evidence = Evidence(index: index, history: history)
    evidence.client = client
    evidence.submittedUnits = { operation in
      operation.range.units.map { unit in
        Checksum.xxh3Wide(
          StampedUnit(
            seed: Self.seed, operation: operation.identifier, byteOffset: unit * 512
          ).bytes)
      }
    }
    return evidence
  }
}
