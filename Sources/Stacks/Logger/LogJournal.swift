import BlockDevice
import Bytes
import Scheduling
import WriteLog

/// The log side of a ``WriteLogger``: places, entries, and the superblock that counts them.
final class LogJournal: @unchecked Sendable {
  /// Where an entry goes, taken once and never looked up again.
  struct Place {
    var entryIndex: Int
    var byteOffset: UInt64
  }

  /// What stands in the log besides an entry's header.
  enum Payload {
    case data([UInt8])
    /// Inside of the header's sector.
    case text([UInt8])
    case zeroes(byteCount: UInt64)

    var byteCount: UInt64 {
      switch self {
      case .data(let bytes): UInt64(bytes.count)
      case .text: 0
      case .zeroes(let byteCount): byteCount
      }
    }
  }

  private let log: any BlockDevice
  private let options: WriteLogger.Options
  private let simulation: Simulation
  private let changes: Signal

  private(set) var entryCount = 0
  private var nextByteOffset: UInt64
  private var logIdentity: UInt64
  /// All entries before this one are written completely.
  private var writtenEntryCount = 0
  /// Entries after ``writtenEntryCount`` that are written completely.
  private var writtenAhead: Set<Int> = []
  /// What the superblock on stable media says.
  private var countedEntryCount = 0
  private var isCounting = false
  /// Once an entry could not be written the chain has a gap, and nothing after it can be counted.
  private var failure: DeviceError?

  private var sector: UInt64 { UInt64(options.sectorByteCount) }

  init(log: any BlockDevice, options: WriteLogger.Options, simulation: Simulation) {
    self.log = log
    self.options = options
    self.simulation = simulation
    changes = Signal(simulation)
    nextByteOffset = UInt64(options.sectorByteCount)
    logIdentity = options.logIdentity
  }

  // MARK: Entries

  /// Takes the next place, header and data together.
  func reserve(_ payload: Payload) -> Place {
    let place = Place(entryIndex: entryCount, byteOffset: nextByteOffset)
    entryCount += 1
    if !options.bugs.contains(.positionAfterWrite) {
      nextByteOffset += sector + (isReread(payload) ? 0 : payload.byteCount)
    }
    return place
  }

  /// Writes an entry to a place that was reserved for it.
  func write(
    _ header: EntryHeader, _ timing: Timing, _ payload: Payload, at place: Place
  ) async throws(DeviceError) {
    switch payload {
    case .data(let data): try await write(encode(header, timing, at: place) + data, place)
    case .text(let text): try await write(encode(header, timing, text: text, at: place), place)
    case .zeroes(let byteCount):
      try await writeZeroes(encode(header, timing, at: place), byteCount: byteCount, place)
    }
  }

  private func write(_ bytes: [UInt8], _ place: Place) async throws(DeviceError) {
    try await writeToLog(bytes, at: place.byteOffset)
    noteWritten(place, byteCount: UInt64(bytes.count))
  }

  /// First the header, then the zero region.
  private func writeZeroes(
    _ header: [UInt8], byteCount: UInt64, _ place: Place
  ) async throws(DeviceError) {
    try await writeToLog(header, at: place.byteOffset)
    var zeroByteOffset = place.byteOffset + sector
    if isReread(.zeroes(byteCount: byteCount)) {
      zeroByteOffset = nextByteOffset
      nextByteOffset += byteCount
    }
    if !options.bugs.contains(.zeroesNotWritten) && byteCount > 0 {
      do {
        try await log.writeZeroes(
          ByteRange(byteOffset: zeroByteOffset, byteCount: byteCount), isFUA: false)
      } catch {
        throw fail(error)
      }
    }
    noteWritten(place, byteCount: sector + byteCount)
  }

  private func isReread(_ payload: Payload) -> Bool {
    if case .zeroes = payload { return options.bugs.contains(.positionReread) }
    return false
  }

  private func encode(
    _ header: EntryHeader, _ timing: Timing, text: [UInt8] = [], at place: Place
  ) -> [UInt8] {
    var found: EntryExtension?
    if options.writesExtension {
      found = EntryExtension(
        logIdentity: logIdentity, entryIndex: UInt64(place.entryIndex),
        submissionIndex: timing.submittedAt, completionIndex: timing.completedAt,
        payloadDigest: timing.payloadDigest, clientOperation: TaskIdentity.operation,
        task: UInt32(TaskIdentity.current))
    }
    return header.encode(sectorByteCount: options.sectorByteCount, text: text, extension: found)
  }

  private func writeToLog(_ bytes: [UInt8], at byteOffset: UInt64) async throws(DeviceError) {
    if let failure { throw failure }
    do {
      try await log.write(bytes, at: byteOffset, isFUA: false)
    } catch {
      throw fail(error)
    }
  }

  private func fail(_ error: DeviceError) -> DeviceError {
    failure = failure ?? error
    changes.notifyAll()
    return error
  }

  private func noteWritten(_ place: Place, byteCount: UInt64) {
    if options.bugs.contains(.positionAfterWrite) { nextByteOffset += byteCount }
    writtenAhead.insert(place.entryIndex)
    while writtenAhead.remove(writtenEntryCount) != nil { writtenEntryCount += 1 }
    changes.notifyAll()
  }

  // MARK: Superblock

  /// How many entries the superblock has to count by now, because so many were written since the last one;
  /// `nil` where it does.
  var dueEntryCount: Int? {
    if options.bugs.contains(.intervalIgnored) { return nil }
    let due = writtenEntryCount / options.superblockInterval * options.superblockInterval
    return due > countedEntryCount ? due : nil
  }

  /// Returns when the superblock on stable media counts the entry.
  ///
  /// One superblock is written at a time, so that a smaller count never lands on a larger one.
  func count(through entryIndex: Int) async throws(DeviceError) {
    if options.bugs.contains(.countEarly) {
      return try await writeSuperblock(entryCount: entryCount)
    }
    await changes.wait(until: { self.writtenEntryCount > entryIndex || self.failure != nil })
    while countedEntryCount <= entryIndex {
      if let failure { throw failure }
      if isCounting {
        await changes.wait()
        continue
      }
      isCounting = true
      defer {
        isCounting = false
        changes.notifyAll()
      }
      let written = writtenEntryCount
      do {
        try await log.flush()
      } catch {
        throw fail(error)
      }
      try await writeSuperblock(entryCount: written)
    }
  }

  /// Says whether a written entry will be found, for which all those in front of it have to be there.
  ///
  /// - Throws: where the log device has failed and the superblock does not count the entry: it may stand
  ///   after a gap.
  func confirm(_ place: Place) throws(DeviceError) {
    if let failure, countedEntryCount <= place.entryIndex { throw failure }
  }

  func writeSuperblock(entryCount: Int) async throws(DeviceError) {
    let superblock = Superblock(
      entryCount: UInt64(entryCount), sectorByteCount: options.sectorByteCount)
    do {
      try await log.write(superblock.encode(), at: 0, isFUA: true)
    } catch {
      throw fail(error)
    }
    countedEntryCount = entryCount
  }

  // MARK: Appending to what is there

  /// Reads the log device and goes on after its last entry, also where a logger that was killed did not come
  /// to count it: then its extension has to prove that it is one.
  ///
  /// - Throws: ``DeviceError/unusableLog(_:)`` where there is no chain to continue.
  func resume() async throws(DeviceError) {
    let bytes = try await log.read(ByteRange(byteOffset: 0, byteCount: log.byteCount))
    let index: WriteLogIndex
    do {
      index = try WriteLogIndex(reading: ByteRegion(bytes))
    } catch {
      throw .unusableLog("\(error)")
    }
    if let problem = index.problems.first { throw .unusableLog("\(problem)") }
    guard index.sectorByteCount == options.sectorByteCount else {
      throw .unusableLog(
        "the log has sectors of \(index.sectorByteCount) bytes, not \(options.sectorByteCount)")
    }
    let counted = Int(clamping: index.superblock?.entryCount ?? 0)
    entryCount = index.entryCount
    nextByteOffset = UInt64(index.endByteOffset)
    if options.bugs.contains(.appendAtCount), counted < index.entryCount {
      entryCount = counted
      nextByteOffset = UInt64(index[counted].headerByteOffset)
    }
    if options.bugs.contains(.discardCountedAsData) {
      for place in 0..<index.entryCount where index[place].kind == .discard {
        nextByteOffset += index[place].header.sectorCount * sector
      }
    }
    if index.entryCount > 0 { logIdentity = index[0].extension?.logIdentity ?? logIdentity }
    writtenEntryCount = entryCount
    countedEntryCount = counted
  }
}
