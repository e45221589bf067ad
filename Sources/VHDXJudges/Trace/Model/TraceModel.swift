import Bytes
import Checking
import VHDX
import WriteLog

/// The image as the write log goes by: what is written, what of it is stable, and what the log of
/// the image says of it. It turns each entry into events and judges nothing.
///
/// A FLUSH makes all entries in front of it stable, a FUA entry itself. Times of submission are not
/// looked at: what stands after a FLUSH counts as submitted after it.
///
/// Memory: the structures that are written, and what the image's log carries; payload is not kept.
final class TraceModel {
  let index: WriteLogIndex
  let file: TracedFile
  var layout: TracedLayout
  var blocks: TracedBlocks
  var budget: WorkBudget
  var homes = HomeSectors()
  var sequence: LogSequence?
  var pending = PendingEntries()
  var nextSerial = 0
  /// Sectors of the block table that differ from the file once the stable log is applied.
  var loggedTableSectors: [UInt64: [UInt8]] = [:]

  /// The current header as written.
  private(set) var written: CurrentHeader?
  /// The current header that no power cut can take away.
  private(set) var stableHeader: VHDXHeader?
  /// The length that no power cut can take away.
  private(set) var stableByteCount: UInt64
  private(set) var lastFlush = -1
  private var emit: (TraceEvent, TraceStamp) -> Void = { _, _ in }

  private let sessionStarts: [Int]?
  private var nextSession = 0
  private var sessionCount = 0
  private var sessionFileWriteGUID: GUID?

  static let headerReading = HeaderReadingOptions(equalSequenceNumbers: .acceptIdentical)

  /// - Parameter sessionStarts: from which entries on a session can begin; `nil` where only a new
  ///   FileWriteGuid tells.
  /// - Throws: ``FormatError`` where the base is no image that can be opened.
  init(
    index: WriteLogIndex, base: any ImageFile, sessionStarts: [Int]?
  ) throws(FormatError) {
    self.index = index
    self.sessionStarts = sessionStarts
    let current = try HeaderPair(reading: base).current(
      Self.headerReading, fileByteCount: base.byteCount)
    let recovered = OverlayImage(base)
    _ = Recovery().run(on: recovered)
    layout = try TracedLayout(reading: recovered, header: current.header)
    blocks = TracedBlocks(geometry: layout.geometry)
    file = TracedFile(base: base, log: index.region)
    written = current
    stableHeader = current.header
    stableByteCount = base.byteCount
    // A careful writer needs a few steps for each sector of 4096 bytes that it writes.
    budget = WorkBudget(stepCount: UInt64(index.region.byteCount) / 64 + 1 << 18)
    blocks = TracedBlocks(
      try BlockTable(reading: base, region: layout.blockTable, geometry: layout.geometry))
    loadLog(of: current.header)
  }

  /// Goes through the whole log.
  func run(_ emit: @escaping (TraceEvent, TraceStamp) -> Void) {
    self.emit = emit
    for entryIndex in 0..<index.entryCount where !budget.isExhausted {
      step(index.entryWithoutExtension(at: entryIndex))
    }
    self.emit = { _, _ in }
  }

  func isStable(_ stamp: TraceStamp) -> Bool { stamp.isFUA || stamp.entryIndex < lastFlush }

  func send(_ event: TraceEvent, _ stamp: TraceStamp) { emit(event, stamp) }

  var ring: LogRing? { layout.log.map { LogRing(file, range: $0) } }

  private func step(_ entry: WriteLog.LogEntry) {
    let stamp = TraceStamp(entryIndex: entry.index, isFUA: entry.flags.contains(.fua))
    if entry.flags.contains(.flush) { flush(stamp) }
    switch entry.kind {
    case .write:
      change(entry.deviceRange, payloadByteOffset: entry.payloadRange.lowerBound, stamp)
    case .discard: change(entry.deviceRange, payloadByteOffset: nil, stamp)
    case .flush: break
    case .mark: mark(entry, stamp)
    }
  }

  private func mark(_ entry: WriteLog.LogEntry, _ stamp: TraceStamp) {
    let place = UInt64(entry.headerByteOffset + EntryHeader.byteCount)
    let parsed = try? ClientMark(parsing: index.text(of: entry), at: place)
    guard case .size(let byteCount)? = parsed, byteCount != file.byteCount else { return }
    beginSession(stamp)
    send(.resize(fromByteCount: file.byteCount, toByteCount: byteCount), stamp)
    file.resize(toByteCount: byteCount)
    stableByteCount = min(stableByteCount, byteCount)
  }

  private func flush(_ stamp: TraceStamp) {
    lastFlush = stamp.entryIndex
    stableHeader = written?.header ?? stableHeader
    stableByteCount = file.byteCount
    if let retirement = sequence?.retiredBy, isStable(retirement) { sequence = nil }
    settlePending(stamp)
    send(.flush, stamp)
  }

  /// A write, or zeroes.
  private func change(_ range: ByteRange, payloadByteOffset: Int?, _ stamp: TraceStamp) {
    if range.isEmpty { return }
    beginSession(stamp)
    if let part = range.intersection(TracedLayout.identifier) {
      send(.identifierWrite(part), stamp)
    }
    if payloadByteOffset != nil { grow(to: range.endByteOffset, stamp) }
    for slot in HeaderSlot.allCases where range.overlaps(slot.range) {
      changeHeader(slot, range, payloadByteOffset, stamp)
    }
    changeLog(range, payloadByteOffset, stamp)
    changeHomes(range, payloadByteOffset, stamp)
    changePayload(range, stamp)
    settleFUA(stamp)
  }

  private func grow(to endByteOffset: UInt64, _ stamp: TraceStamp) {
    file.grow(toByteCount: endByteOffset)
    if stamp.isFUA { stableByteCount = max(stableByteCount, endByteOffset) }
  }

  /// Calls `body` with each sector's part of what two ranges cover, as far as the budget allows.
  func forEachSector(
    of range: ByteRange, in area: ByteRange, _ payloadByteOffset: Int?,
    _ body: (_ part: ByteRange, _ payloadByteOffset: Int?) -> Void
  ) {
    guard let common = range.intersection(area) else { return }
    let sector = TracedFile.sectorByteCount
    guard budget.spend(common.byteCount / sector + 1) else { return }
    var byteOffset = common.byteOffset
    while byteOffset < common.endByteOffset {
      let byteCount = min(sector - byteOffset % sector, common.endByteOffset - byteOffset)
      let payload = payloadByteOffset.map { $0 + Int(byteOffset - range.byteOffset) }
      body(ByteRange(byteOffset: byteOffset, byteCount: byteCount), payload)
      byteOffset += byteCount
    }
  }

  // MARK: Sessions

  /// Announces a session where the change at hand is its first.
  private func beginSession(_ stamp: TraceStamp) {
    guard sessionCount > 0 else {
      startSession(stamp)
      return
    }
    guard let sessionStarts else { return }
    var isNew = false
    while nextSession < sessionStarts.count, sessionStarts[nextSession] <= stamp.entryIndex {
      nextSession += 1
      isNew = true
    }
    if isNew { startSession(stamp) }
  }

  private func startSession(_ stamp: TraceStamp) {
    sessionCount += 1
    while let sessionStarts, nextSession < sessionStarts.count,
      sessionStarts[nextSession] <= stamp.entryIndex
    {
      nextSession += 1
    }
    sessionFileWriteGUID = nil
    // What a session that failed had begun to log is nobody's entry any more.
    if sessionStarts != nil { pending = PendingEntries() }
    send(.sessionStart(TracedSession(number: sessionCount, header: written?.header)), stamp)
  }

  /// Without marks a second new FileWriteGuid is the sign of a second session.
  private func noteFileWriteGUID(_ header: VHDXHeader, _ stamp: TraceStamp) {
    guard let before = written?.header.fileWriteGUID, header.fileWriteGUID != before else { return }
    if sessionFileWriteGUID != nil && sessionStarts == nil { startSession(stamp) }
    sessionFileWriteGUID = header.fileWriteGUID
  }

  // MARK: Headers

  private func changeHeader(
    _ slot: HeaderSlot, _ range: ByteRange, _ payloadByteOffset: Int?, _ stamp: TraceStamp
  ) {
    forEachSector(of: range, in: slot.range, payloadByteOffset) {
      file.change($0, payloadByteOffset: $1)
    }
    let pair = HeaderPair(reading: file)
    var event = TracedHeaderWrite(slot: slot, before: written, outcome: pair[slot].outcome)
    let after = try? pair.current(Self.headerReading, fileByteCount: .max)
    if let header = event.outcome.success { noteFileWriteGUID(header, stamp) }
    let takesNameAway = sequence.map {
      $0.retiredBy == nil && written?.header.logGUID == $0.guid && !$0.guid.isZero
        && after.map(\.header.logGUID) != $0.guid && after != nil
    }
    if takesNameAway == true { event.unstableHomes = unstableHomes() }
    send(.headerWrite(event), stamp)
    guard let after else { return }
    if TracedLayout.ring(of: after.header) != layout.log { moveLog(to: after.header) }
    if takesNameAway == true {
      sequence?.retiredBy = stamp
      homes.removeAll()
    }
    written = after
    if stamp.isFUA { stableHeader = after.header }
  }

  private func moveLog(to header: VHDXHeader) {
    layout.log = TracedLayout.ring(of: header)
    sequence = nil
    pending = PendingEntries()
    homes.removeAll()
  }

  // MARK: Payload

  private func changePayload(_ range: ByteRange, _ stamp: TraceStamp) {
    var parts = [range]
    let header = ByteRange(byteOffset: 0, byteCount: 1 << 20)
    let structures = [header, layout.metadata, layout.blockTable] + (layout.log.map { [$0] } ?? [])
    for structure in structures {
      parts = parts.flatMap { Self.parts(of: $0, without: structure) }
    }
    for part in parts {
      let isHome = !homes.isEmpty && carriesWhole(part) || blocks.isBitmap(part.byteOffset)
      if isHome { continue }
      let payload = blocks.firstPayload(in: part, &budget)
      send(.guestWrite(part, isPayload: payload != nil), stamp)
    }
  }

  /// Whether the log carries every sector of a range, so that writing it is replay.
  private func carriesWhole(_ range: ByteRange) -> Bool {
    let sector = TracedFile.sectorByteCount
    let first = range.byteOffset / sector
    let end = (range.endByteOffset - 1) / sector + 1
    guard end - first <= UInt64(homes.count) else { return false }
    return (first..<end).allSatisfy { homes.carries($0) }
  }

  private static func parts(of range: ByteRange, without hole: ByteRange) -> [ByteRange] {
    guard let common = range.intersection(hole) else { return [range] }
    return [
      ByteRange(
        byteOffset: range.byteOffset, byteCount: common.byteOffset - range.byteOffset),
      ByteRange(
        byteOffset: common.endByteOffset,
        byteCount: range.endByteOffset - common.endByteOffset),
    ].filter { !$0.isEmpty }
  }
}

extension Result {
  var success: Success? { try? get() }
}
