import BlockDevice
import Bytes
import Scheduling
import VHDX

/// A writer with QEMU's habits, and with its mistakes where the ``BugSwitch`` is set.
///
/// - A new block goes to the end of the file. Its payload is written, then its table entry is logged by
///   itself, brought home, and the log emptied again: fifteen operations on the file.
/// - A client's flush only flushes the file: what was acknowledged is in the table already. FUA is a
///   write and a flush.
/// - Write-zeroes writes zeroes, and discard does nothing.
///
/// Without a switch nobody else writes to a block before its entry is logged; a failed payload write
/// leaves a block of zeroes behind; and after an error in the log the disk takes no further changes.
final class QEMUDisk: DiskWriter, @unchecked Sendable {
  private let file: ImageBelow
  private let map: BlockMap
  private let headers: HeaderWriter
  private let ring: ByteRange
  private let guids: GUIDSource
  private let start: SessionStart
  private let lock: SimulatedLock
  private let changes: Signal
  private let bugs: Set<BugSwitch>
  /// Blocks whose entry is in memory and not logged yet.
  private var unpublished: Set<UInt64> = []
  private var failure: DeviceError?

  private var nextRingByteOffset: UInt64 = 0
  private var sequenceNumber: UInt64 = 1

  init(
    _ image: OpenedImage, file: ImageBelow, options: VHDXDisk.Options, simulation: Simulation
  ) throws(DeviceError) {
    guard let ring = image.regions.log else {
      throw .unsupported("the image has no log to write to")
    }
    self.file = file
    self.ring = ring
    map = image.map
    bugs = options.bugs
    guids = GUIDSource(identity: options.identity)
    headers = HeaderWriter(image.current, file: file, bugs: options.bugs)
    start = SessionStart(
      file: file, headers: headers, flushesFirst: false, guids: guids, simulation: simulation)
    lock = SimulatedLock(simulation)
    changes = Signal(simulation)
    nextRingByteOffset = options.firstRingByteOffset % ring.byteCount
  }

  // MARK: Requests

  func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Int(range.byteCount))
    for part in BlockParts(range, map.geometry) {
      if let byteOffset = map.place(ofBlock: part.blockIndex) {
        bytes += try await file.read(Self.place(of: part, byteOffset))
      } else {
        bytes += [UInt8](repeating: 0, count: Int(part.range.byteCount))
      }
    }
    return bytes
  }

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    for part in BlockParts(range, map.geometry) {
      let first = Int(part.range.byteOffset - byteOffset)
      try await write(Array(bytes[first..<first + Int(part.range.byteCount)]), part)
    }
    if isFUA { try await flush() }
  }

  func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    for part in BlockParts(range, map.geometry) {
      try await write([UInt8](repeating: 0, count: Int(part.range.byteCount)), part)
    }
    if isFUA { try await flush() }
  }

  func discard(_ range: ByteRange) async throws(DeviceError) {}

  func flush() async throws(DeviceError) {
    if let failure { throw failure }
    try await file.flush()
  }

  func close() async throws(DeviceError) { try await flush() }

  // MARK: The allocating write

  private func write(_ bytes: [UInt8], _ part: BlockPart) async throws(DeviceError) {
    if let failure { throw failure }
    try await start.require()
    let block = part.blockIndex
    let (byteOffset, before) = try await locked { () async throws(DeviceError) in
      try await self.translate(block)
    }
    var payloadError: DeviceError?
    do {
      try await file.write(bytes, at: Self.place(of: part, byteOffset).byteOffset)
    } catch {
      payloadError = error
    }
    if let before {
      try await locked { () async throws(DeviceError) in
        try await self.publish(block, before: before, payloadError: payloadError)
      }
    }
    if let payloadError { throw payloadError }
  }

  /// Where a block's bytes are, and its entry before where it got its place here.
  private func translate(
    _ block: UInt64
  ) async throws(DeviceError) -> (byteOffset: UInt64, before: BlockTableEntry?) {
    if !bugs.contains(.publishBeforeLog) { await waitUntilPublished(block) }
    if let byteOffset = map.place(ofBlock: block) { return (byteOffset, nil) }
    if let failure { throw failure }
    guard headers.current.header.logGUID.isZero else {
      throw .unsupported("the log is in use since the image was opened")
    }
    let before = map.entry(ofBlock: block)
    let byteOffset = BlockSpace.roundedUp(file.byteCount)
    try await file.resize(toByteCount: byteOffset + map.geometry.blockByteCount)
    map.set(block, BlockTableEntry(.fullyPresent, byteOffset: byteOffset))
    unpublished.insert(block)
    return (byteOffset, before)
  }

  private func publish(
    _ block: UInt64, before: BlockTableEntry, payloadError: DeviceError?
  ) async throws(DeviceError) {
    defer {
      unpublished.remove(block)
      changes.notifyAll()
    }
    if payloadError != nil, bugs.contains(.batRestoredUnderWriter) {
      map.set(block, before)
      return
    }
    if let failure { throw failure }
    do {
      try await logAndApply(map.change(ofBlock: block))
    } catch {
      if !bugs.contains(.logErrorKeepsBlock) { failure = error }
      throw error
    }
  }

  /// Gives up the lock as long as somebody else's entry of the block is not logged.
  private func waitUntilPublished(_ block: UInt64) async {
    while unpublished.contains(block) {
      lock.release()
      await changes.wait()
      await lock.take()
    }
  }

  private func locked<Value>(
    _ body: () async throws(DeviceError) -> Value
  ) async throws(DeviceError) -> Value {
    await lock.take()
    defer { lock.release() }
    return try await body()
  }

  private static func place(of part: BlockPart, _ blockByteOffset: UInt64) -> ByteRange {
    ByteRange(
      byteOffset: blockByteOffset + part.byteOffsetInBlock, byteCount: part.range.byteCount)
  }

  // MARK: The log

  private func logAndApply(_ change: BlockMapChange) async throws(DeviceError) {
    try await file.flush()
    let sectors = map.sectors(
      for: [change],
      tail: bugs.contains(.trailingRead) ? .fromSectorStartWithoutHead : .right)
    let guid = guids.draw(.log, sequenceNumber)
    if bugs.contains(.guidBeforeEntry) {
      try await headers.update(HeaderChange(logGUID: guid))
      try await writeEntry(sectors, guid)
      try await file.flush()
    } else {
      try await writeEntry(sectors, guid)
      try await file.flush()
      try await headers.update(HeaderChange(logGUID: guid))
    }
    for sector in sectors {
      try await file.write(sector.bytes, at: sector.fileByteOffset)
      try await file.flush()
    }
    map.noteCommitted([change], sectors)
    try await headers.update(HeaderChange(logGUID: .zero))
  }

  /// Writes an entry sector by sector.
  private func writeEntry(_ sectors: [TableSector], _ guid: GUID) async throws(DeviceError) {
    let bytes = LogEntry(
      logGUID: guid, sequenceNumber: sequenceNumber,
      tailByteOffset: UInt32(nextRingByteOffset),
      flushedByteCount: file.stableByteCount / BlockSpace.alignment * BlockSpace.alignment,
      lastByteCount: BlockSpace.roundedUp(file.byteCount),
      updates: sectors.map { .data($0.bytes, fileByteOffset: $0.fileByteOffset) }
    ).encode()
    sequenceNumber += 1
    for start in stride(from: 0, to: bytes.count, by: LogRing.sectorByteCount) {
      try await file.write(
        Array(bytes[start..<start + LogRing.sectorByteCount]),
        at: ring.byteOffset + nextRingByteOffset)
      nextRingByteOffset =
        (nextRingByteOffset + UInt64(LogRing.sectorByteCount)) % ring.byteCount
    }
  }
}
