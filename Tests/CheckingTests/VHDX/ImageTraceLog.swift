import Bytes
import Checking
import VHDX
import VHDXJudges
import Workload
import WriteLog

/// A write log below a small image, put together write by write, so that exactly one thing can be
/// wrong with it. It keeps track of what a careful writer would write next; nothing is checked.
///
/// The image: log 1 to 2 MiB, metadata 2 to 3, block table 3 to 4, blocks of 1 MiB from 4 MiB on.
struct ImageTraceLog {
  static let layout: VHDXLayout = {
    let identity = ImageIdentity(
      fileWriteGUID: guid(0xf0), dataWriteGUID: guid(0xd0), virtualDiskID: guid(0xaa))
    guard
      let layout = try? VHDXLayout(
        virtualDiskByteCount: 64 << 20, blockByteCount: 1 << 20, identity: identity)
    else { preconditionFailure("a layout that the format allows") }
    return layout
  }()

  static func guid(_ number: UInt64) -> GUID { GUID(low: number, high: 0x42) }

  static let log: UInt64 = 1 << 20
  static let metadata: UInt64 = 2 << 20
  static let blockTable: UInt64 = 3 << 20
  static let firstBlock: UInt64 = 4 << 20

  var base = MemoryImage(ImageTraceLog.layout)
  var client: ClientHistory?
  /// The header that is current after everything that was written.
  var current: CurrentHeader
  /// Where the next log entry goes, and its number.
  var ringByteOffset: UInt64 = 0
  var sequenceNumber: UInt64 = 1
  var tailByteOffset: UInt64 = 0
  var fileByteCount: UInt64 = ImageTraceLog.layout.fileByteCount
  private let sink = Sink()
  private var writer: LogWriter<Never>

  final class Sink {
    var bytes: [UInt8] = []
  }

  init() {
    let sink = sink
    writer = LogWriter<Never>(sectorByteCount: 512) { more, byteOffset in
      let end = Int(byteOffset) + more.count
      if end > sink.bytes.count {
        sink.bytes += [UInt8](repeating: 0, count: end - sink.bytes.count)
      }
      sink.bytes.replaceSubrange(Int(byteOffset)..<end, with: more)
    }
    guard
      let current = try? HeaderPair(reading: base).current(fileByteCount: base.byteCount)
    else { preconditionFailure("a new image has a header") }
    self.current = current
  }

  /// The number of the next entry.
  var next: Int { Int(writer.entryCount) }

  var index: WriteLogIndex {
    get throws {
      writer.finish()
      return try WriteLogIndex(reading: ByteRegion(sink.bytes))
    }
  }

  func violations() throws -> [Violation] {
    try ImageTraceJudge(index: index, base: base, client: client).judge()
  }

  // MARK: Writes; each returns the number of its entry.

  @discardableResult
  mutating func write(_ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool = false) -> Int {
    writer.appendWrite(bytes, at: byteOffset, flags: isFUA ? .fua : [])
    fileByteCount = max(fileByteCount, byteOffset + UInt64(bytes.count))
    return next - 1
  }

  @discardableResult
  mutating func flush() -> Int {
    writer.appendFlush()
    return next - 1
  }

  @discardableResult
  mutating func discard(_ range: ByteRange) -> Int {
    writer.appendDiscard(range)
    return next - 1
  }

  @discardableResult
  mutating func size(_ byteCount: UInt64) -> Int {
    writer.appendMark("pc1 size \(byteCount)")
    fileByteCount = byteCount
    return next - 1
  }

  /// The next header in the slot that is not current, without a flush.
  @discardableResult
  mutating func header(
    _ change: HeaderChange = HeaderChange(), isFUA: Bool = false
  ) throws -> Int {
    let update = try current.updated(change)
    current = update.current
    return write(update.bytes, at: update.byteOffset, isFUA: isFUA)
  }

  /// Both headers, each with its flush. Returns the number of the first.
  @discardableResult
  mutating func headers(_ change: HeaderChange) throws -> Int {
    let first = try header(change)
    flush()
    try header()
    flush()
    return first
  }

  /// A log entry that `change` may spoil, without a flush. A first one has Tail at itself.
  @discardableResult
  mutating func entry(
    _ updates: [LogUpdate] = [], guid: GUID? = nil, tail: UInt64? = nil,
    last: UInt64? = nil, flushed: UInt64? = nil, _ change: (inout [UInt8]) -> Void = { _ in }
  ) -> Int {
    let entry = VHDX.LogEntry(
      logGUID: guid ?? current.header.logGUID, sequenceNumber: sequenceNumber,
      tailByteOffset: UInt32(tail ?? tailByteOffset),
      flushedByteCount: flushed ?? Self.floor(fileByteCount),
      lastByteCount: last ?? Self.ceiling(fileByteCount), updates: updates)
    var bytes = entry.encode()
    change(&bytes)
    let number = next
    let room = Int((1 << 20) - ringByteOffset)
    write([UInt8](bytes.prefix(room)), at: Self.log + ringByteOffset)
    if bytes.count > room { write([UInt8](bytes.dropFirst(room)), at: Self.log) }
    tailByteOffset = tail ?? tailByteOffset
    ringByteOffset = (ringByteOffset + UInt64(bytes.count)) % (1 << 20)
    sequenceNumber += 1
    return number
  }

  /// Puts the checksum right after a change of an entry's bytes.
  static func seal(_ bytes: inout [UInt8]) {
    bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
    let checksum = Checksum.crc32c(bytes)
    for place in 0..<4 { bytes[4 + place] = UInt8(truncatingIfNeeded: checksum >> (8 * place)) }
  }

  private static func floor(_ byteCount: UInt64) -> UInt64 { (byteCount >> 20) << 20 }
  private static func ceiling(_ byteCount: UInt64) -> UInt64 { floor(byteCount + (1 << 20) - 1) }

  // MARK: Contents

  /// The first sector of the block table with so many blocks mapped from 4 MiB on, written by hand:
  /// state 6, the place in MiB from bit 20 on.
  static func table(blockCount: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for block in 0..<blockCount {
      let entry = UInt64(4 + block) << 20 | 6
      bytes += (0..<8).map { UInt8(truncatingIfNeeded: entry >> (8 * $0)) }
    }
    return bytes + [UInt8](repeating: 0, count: 4096 - bytes.count)
  }

  static func update(blockCount: Int) -> LogUpdate {
    .data(table(blockCount: blockCount), fileByteOffset: blockTable)
  }

  static func sector(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 4096) }

  // MARK: What a careful writer does

  /// New GUIDs in both headers, then an empty entry and its name in both headers.
  mutating func open(_ number: UInt64 = 1) throws {
    try headers(
      HeaderChange(
        fileWriteGUID: Self.guid(0xf0 + number), dataWriteGUID: Self.guid(0xd0 + number)))
    try startLog(Self.guid(number))
  }

  mutating func startLog(_ guid: GUID) throws {
    entry(guid: guid, tail: ringByteOffset)
    flush()
    try headers(HeaderChange(logGUID: guid))
  }

  /// Room in the file and payload of a block, stable.
  mutating func payload(block: Int) {
    size(Self.firstBlock + UInt64(block + 1) << 20)
    write(Self.sector(0xa0 + UInt8(block)), at: Self.firstBlock + UInt64(block) << 20)
    flush()
  }

  /// Logs the block table with so many blocks, stable.
  mutating func log(blockCount: Int, tail: UInt64? = nil) {
    entry([Self.update(blockCount: blockCount)], tail: tail)
    flush()
  }

  @discardableResult
  mutating func home(blockCount: Int) -> Int {
    write(Self.table(blockCount: blockCount), at: Self.blockTable)
  }

  /// One block from the payload to its place in the table.
  mutating func allocate(block: Int) {
    payload(block: block)
    log(blockCount: block + 1)
    home(blockCount: block + 1)
    flush()
  }

  mutating func close() throws {
    flush()
    try headers(HeaderChange(logGUID: .zero))
  }

  /// Says that the client closed here, so that a session ends.
  mutating func acknowledgeClose() {
    var history = client ?? ClientHistory()
    let identifier = UInt64(history.records.count)
    history.begin(
      ClientOperation(identifier: identifier, task: 0, action: .close), entryCount: next)
    history.end(identifier, entryCount: next)
    client = history
  }
}
