import BlockDevice
import Bytes
import Scheduling
import WriteLog

/// The logger under test: passes every operation on to a device and keeps a dm-log-writes log of it.
///
/// Without a ``BugSwitch`` it keeps these promises, which the rules L01 to L13 judge:
/// - An entry is appended when its operation has completed, in the order of completion. Its place is
///   taken once, for header and data together, before any of it is written.
/// - A FLUSH entry covers what had completed when the flush was submitted: an operation that completes
///   while a flush is in flight is appended after that FLUSH, but in front of a FLUSH that covers it,
///   should that one complete first.
/// - The superblock is rewritten after FLUSH and FUA (L05), every so many entries (L13), and at close (L12),
///   and counts only entries that are stable, without a gap (L04).
/// - An operation that failed leaves no entry.
/// - Once its log device has failed, no operation succeeds whose entry cannot be found. What was under way
///   then is answered with the error and may have an entry.
///
/// Confined to the thread of its simulation.
package final class WriteLogger: BlockDevice, @unchecked Sendable {
  package struct Options: Hashable, Sendable {
    package var sectorByteCount: UInt32 = 512
    /// The superblock is rewritten after this many entries, whatever they are, when the next operation
    /// ends.
    package var superblockInterval: Int = 4096
    package var writesExtension = true
    package var logIdentity: UInt64 = 0
    package var bugs: Set<BugSwitch> = []

    package init() {}
  }

  let device: any BlockDevice
  let options: Options
  let simulation: Simulation
  var journal: LogJournal

  private let changes: Signal
  /// The flushes that the device has not answered yet, by number.
  private var flushesInFlight: Set<Int> = []
  /// Operations that completed and have no place in the log yet, in the order of their completion.
  private var held: [HeldEntry] = []
  private var flushCount = 0

  package init(
    device: any BlockDevice, log: any BlockDevice, options: Options, simulation: Simulation
  ) {
    self.device = device
    self.options = options
    self.simulation = simulation
    changes = Signal(simulation)
    journal = LogJournal(log: log, options: options, simulation: simulation)
  }

  package var sectorByteCount: UInt32 { options.sectorByteCount }
  package var byteCount: UInt64 { device.byteCount }

  /// How many entries have a place in the log.
  package var entryCount: Int { journal.entryCount }

  /// Starts a log, whatever the log device held before.
  package func create() async throws(DeviceError) {
    try await journal.writeSuperblock(entryCount: 0)
  }

  /// Continues the log that the log device holds.
  package func append() async throws(DeviceError) {
    try await journal.resume()
  }

  /// Leaves a superblock that counts every entry. Flush before.
  package func close() async throws(DeviceError) {
    if options.bugs.contains(.countNotAtClose) { return }
    try await journal.count(through: journal.entryCount - 1)
  }

  /// Appends a text. Marks are not worth a superblock: they travel with the operations around them.
  package func mark(_ text: String) async throws(DeviceError) {
    let bytes = [UInt8](text.utf8)
    let header = EntryHeader(
      sector: 0, sectorCount: 0, flags: .mark, textByteCount: UInt64(bytes.count))
    let now = simulation.nextEventIndex()
    let payload = LogJournal.Payload.text(bytes)
    let place = journal.reserve(payload)
    try await journal.write(
      header, Timing(submittedAt: now, completedAt: now), payload, at: place)
  }

  // MARK: BlockDevice

  package func read(_ range: ByteRange) async throws(DeviceError) -> [UInt8] {
    try await device.read(range)
  }

  package func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isFUA: Bool
  ) async throws(DeviceError) {
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    try checkAlignment(range)
    var timing = Timing(submittedAt: simulation.nextEventIndex())
    timing.payloadDigest = Checksum.xxh3(bytes)
    let header = dataHeader(range, isFUA: isFUA)
    do {
      try await device.write(bytes, at: byteOffset, isFUA: isFUA)
    } catch {
      if options.bugs.contains(.failedWriteLogged) {
        try await append(header, timing, .data(bytes))
      }
      throw error
    }
    try await append(header, timing, .data(bytes))
  }

  package func writeZeroes(_ range: ByteRange, isFUA: Bool) async throws(DeviceError) {
    try checkAlignment(range)
    var timing = Timing(submittedAt: simulation.nextEventIndex())
    timing.payloadDigest = Checksum.xxh3([UInt8](repeating: 0, count: Int(range.byteCount)))
    let header = dataHeader(range, isFUA: isFUA)
    try await device.writeZeroes(range, isFUA: isFUA)
    try await append(header, timing, .zeroes(byteCount: range.byteCount))
  }

  package func discard(_ range: ByteRange) async throws(DeviceError) {
    try checkAlignment(range)
    let timing = Timing(submittedAt: simulation.nextEventIndex())
    var header = dataHeader(range, isFUA: false)
    header.flags = .discard
    try await device.discard(range)
    try await append(header, timing, .data([]))
  }

  package func resize(toByteCount byteCount: UInt64) async throws(DeviceError) {
    let timing = Timing(submittedAt: simulation.nextEventIndex())
    try await device.resize(toByteCount: byteCount)
    if options.bugs.contains(.sizeUnlogged) { return }
    let text = [UInt8](ClientMark.size(byteCount: byteCount).text.utf8)
    let header = EntryHeader(
      sector: 0, sectorCount: 0, flags: .mark, textByteCount: UInt64(text.count))
    try await append(header, timing, .text(text))
  }

  package func flush() async throws(DeviceError) {
    var timing = Timing(submittedAt: simulation.nextEventIndex())
    let header = EntryHeader(sector: 0, sectorCount: 0, flags: .flush)
    let number = flushCount
    flushCount += 1
    flushesInFlight.insert(number)
    var place: LogJournal.Place?
    if options.bugs.contains(.flushAtSubmission) {
      let early = journal.reserve(.data([]))
      try await journal.write(header, timing, .data([]), at: early)
      place = early
    }
    do {
      try await device.flush()
    } catch {
      finishFlush(number)
      // What waited for this flush is written before anything that its failure leads to.
      await changes.notifyAllFirst()
      if options.bugs.contains(.failedFlushLogged) { try await append(header, timing, .data([])) }
      throw error
    }
    timing.completedAt = simulation.nextEventIndex()
    if place == nil {
      giveOutPlaces { $0.completedAt < timing.submittedAt }
      let own = journal.reserve(.data([]))
      // Entries are written in the order of their places.
      await changes.notifyAllFirst()
      finishFlush(number)
      try await journal.write(header, timing, .data([]), at: own)
      place = own
    } else {
      finishFlush(number)
    }
    if let place {
      try await count(place, isPromised: !options.bugs.contains(.countNotOnFlush))
    }
  }

  // MARK: Inside

  private func finishFlush(_ number: Int) {
    flushesInFlight.remove(number)
    giveOutPlaces { $0.earlierFlushes.isDisjoint(with: flushesInFlight) }
    changes.notifyAll()
  }

  /// Gives the held entries that are free to go their places, in the order of their completion.
  private func giveOutPlaces(where isFree: (HeldEntry) -> Bool) {
    held.removeAll { entry in
      guard isFree(entry) else { return false }
      entry.place = journal.reserve(entry.payload)
      return true
    }
  }

  /// Notes the completion, waits until no FLUSH may still come before the entry, and writes it.
  private func append(
    _ header: EntryHeader, _ timing: Timing, _ payload: LogJournal.Payload
  ) async throws(DeviceError) {
    var timing = timing
    timing.completedAt = simulation.nextEventIndex()
    let place = await place(payload, completedAt: timing.completedAt)
    try await journal.write(header, timing, payload, at: place)
    try await count(place, isPromised: header.flags.contains(.fua))
  }

  /// Rewrites the superblock where an entry has to be counted before its operation is answered, and where
  /// it is due.
  private func count(
    _ place: LogJournal.Place, isPromised: Bool
  ) async throws(DeviceError) {
    if isPromised { try await journal.count(through: place.entryIndex) }
    if let due = journal.dueEntryCount { try await journal.count(through: due - 1) }
    try journal.confirm(place)
  }

  private func place(
    _ payload: LogJournal.Payload, completedAt: UInt64
  ) async -> LogJournal.Place {
    if flushesInFlight.isEmpty || options.bugs.contains(.flushCoversLater) {
      return journal.reserve(payload)
    }
    let entry = HeldEntry(
      payload: payload, completedAt: completedAt, earlierFlushes: flushesInFlight)
    held.append(entry)
    while true {
      await changes.wait()
      if let place = entry.place { return place }
    }
  }

  private func dataHeader(_ range: ByteRange, isFUA: Bool) -> EntryHeader {
    let sector = UInt64(options.sectorByteCount)
    let unit = options.bugs.contains(.unit512) ? 512 : sector
    let isMarked = isFUA && !options.bugs.contains(.fuaUnmarked)
    return EntryHeader(
      sector: range.byteOffset / sector, sectorCount: range.byteCount / unit,
      flags: isMarked ? .fua : [])
  }
}

/// When an operation was handed to the device and when it came back, and what it carried.
struct Timing {
  var submittedAt: UInt64
  var completedAt: UInt64 = 0
  var payloadDigest: UInt64 = 0
}

/// An operation that completed while flushes were in flight.
private final class HeldEntry {
  let payload: LogJournal.Payload
  let completedAt: UInt64
  /// The flushes whose entries come before it.
  let earlierFlushes: Set<Int>
  var place: LogJournal.Place?

  init(payload: LogJournal.Payload, completedAt: UInt64, earlierFlushes: Set<Int>) {
    self.payload = payload
    self.completedAt = completedAt
    self.earlierFlushes = earlierFlushes
  }
}
