import Bytes
import WriteLog

/// What an entry does to the contents or the length of the disk.
struct DiskEvent {
  enum Kind: UInt8 {
    /// A plain FLUSH, or a mark that says nothing about the disk.
    case none
    case write
    /// The range reads as zeroes from then on.
    case discard
    /// The disk ends at `range.byteOffset` from then on; what was beyond it is gone.
    case size
  }

  var kind: Kind
  var range: ByteRange
  /// Where a write's data stands in the log; 0 for the others.
  var payloadByteOffset: Int
  /// Where the data of a write ends whose last sector reaches beyond the end of the file; else behind
  /// everything.
  var fileEndByteOffset: UInt64 = .max

  static let none = DiskEvent(
    kind: .none, range: ByteRange(byteOffset: 0, byteCount: 0), payloadByteOffset: 0)

  /// How far the write makes the disk reach.
  var reachByteOffset: UInt64 { min(range.endByteOffset, fileEndByteOffset) }
}

/// The events of all entries of a log: 13 bytes an entry, so that no header is read twice.
///
/// Where a write's data stands is not among them: it follows from the index.
///
/// A class, because whoever looks at one event takes hold of all arrays of a struct, which took a
/// third of the time of a state that loses two entries.
final class DiskEvents: Sendable {
  private let headerByteOffsets: [Int]
  private let sectorByteCount: Int

  private let byteOffsets: [UInt64]
  /// 2^32 - 1 for a change of the length, whose range goes to the end of all disks, and for what does
  /// not fit.
  private let sectorCounts: [UInt32]
  /// Kind and bits of ``Trait``.
  private let traits: [UInt8]
  /// The entries whose number of sectors does not fit into 32 bits, ascending, and those numbers.
  private let huge: (entryIndices: [Int], sectorCounts: [UInt64])
  /// The writes that end within their last sector, ascending, and where.
  private let shortened: (entryIndices: [Int], fileEnds: [UInt64])
  /// Whether only size marks change the length.
  private let hasMarkedLengths: Bool
  /// The entries with FLUSH, ascending.
  let flushEntryIndices: [Int]

  private enum Trait {
    static let kinds: UInt8 = 0x0f
    static let fua: UInt8 = 0x10
    static let flush: UInt8 = 0x20
    /// The entry goes on with the call of the one before it.
    static let isContinuation: UInt8 = 0x40
    /// The length that a FUA write brings is durable with its data.
    static let isDurableLength: UInt8 = 0x80
  }

  /// - Parameters:
  ///   - markedByteCount: the length before the first entry, where only size marks change it; `nil` where
  ///     writes do, too.
  ///   - ignoredFlushes: entries whose FLUSH counts for nothing.
  /// - Throws: ``FormatError`` at a size mark that does not parse.
  init(
    _ index: WriteLogIndex, markedByteCount: UInt64? = nil, ignoredFlushes: Set<Int> = []
  ) throws(FormatError) {
    hasMarkedLengths = markedByteCount != nil
    var markedByteCount = markedByteCount
    var byteOffsets: [UInt64] = []
    var sectorCounts: [UInt32] = []
    var traits: [UInt8] = []
    var huge: (entryIndices: [Int], sectorCounts: [UInt64]) = ([], [])
    var shortened: (entryIndices: [Int], fileEnds: [UInt64]) = ([], [])
    var flushEntryIndices: [Int] = []
    var previous: DiskEvent?
    byteOffsets.reserveCapacity(index.entryCount)
    sectorCounts.reserveCapacity(index.entryCount)
    traits.reserveCapacity(index.entryCount)
    var forgetting = PageForgetting(region: index.region)
    var ahead = ReadAhead(of: index.region, for: .headers)
    for entryIndex in 0..<index.entryCount {
      let entry = index.entryWithoutExtension(at: entryIndex)
      var event = try Self.event(entry, index)
      if let byteCount = markedByteCount, event.kind == .size {
        // It says how much of the last sector is the file's, and changes nothing.
        if event.range.byteOffset == byteCount { event = .none }
        markedByteCount = event.kind == .size ? event.range.byteOffset : byteCount
      }
      var goesOn: UInt8 = 0
      if let previous, Self.areOneCall(previous, event, entryIndex, index) {
        goesOn = Trait.isContinuation
        if let fileEnd = Self.fileEnd(of: event, after: previous, index) {
          shortened.entryIndices.append(entryIndex)
          shortened.fileEnds.append(fileEnd)
        }
        if event.kind == .write, previous.kind == .size, entry.flags.contains(.fua) {
          traits[entryIndex - 1] |= Trait.isDurableLength
        }
      }
      previous = event
      ahead.pass(entry.headerByteOffset)
      forgetting.pass(entry.headerByteOffset)
      let sectorCount = event.range.byteCount / UInt64(index.sectorByteCount)
      byteOffsets.append(event.range.byteOffset)
      sectorCounts.append(event.kind == .size ? .max : UInt32(clamping: sectorCount))
      if sectorCount >= UInt32.max, event.kind != .size {
        huge.entryIndices.append(entryIndex)
        huge.sectorCounts.append(sectorCount)
      }
      let fua = entry.flags.contains(.fua) ? Trait.fua : 0
      let isFlush = entry.flags.contains(.flush) && !ignoredFlushes.contains(entryIndex)
      traits.append(event.kind.rawValue | fua | (isFlush ? Trait.flush : 0) | goesOn)
      if isFlush { flushEntryIndices.append(entryIndex) }
    }
    headerByteOffsets = index.headerByteOffsets
    sectorByteCount = Int(index.sectorByteCount)
    self.byteOffsets = byteOffsets
    self.sectorCounts = sectorCounts
    self.traits = traits
    self.huge = huge
    self.shortened = shortened
    self.flushEntryIndices = flushEntryIndices
  }

  var count: Int { traits.count }

  subscript(entryIndex: Int) -> DiskEvent {
    let kind = kind(entryIndex)
    return DiskEvent(
      kind: kind, range: range(entryIndex),
      payloadByteOffset: kind == .write ? headerByteOffsets[entryIndex] + sectorByteCount : 0,
      fileEndByteOffset: kind == .write ? fileEnd(entryIndex) : .max)
  }

  private func fileEnd(_ entryIndex: Int) -> UInt64 {
    if hasMarkedLengths { return 0 }
    if shortened.entryIndices.isEmpty { return .max }
    let place = shortened.entryIndices.countBelow(entryIndex)
    return place < shortened.entryIndices.count && shortened.entryIndices[place] == entryIndex
      ? shortened.fileEnds[place] : .max
  }

  func kind(_ entryIndex: Int) -> DiskEvent.Kind {
    DiskEvent.Kind(rawValue: traits[entryIndex] & Trait.kinds) ?? .none
  }

  func isFlush(_ entryIndex: Int) -> Bool { traits[entryIndex] & Trait.flush != 0 }

  func isFUA(_ entryIndex: Int) -> Bool { traits[entryIndex] & Trait.fua != 0 }

  /// Whether the entry may be lost when no flush has covered it.
  func isVolatile(_ entryIndex: Int) -> Bool {
    traits[entryIndex] & (Trait.fua | Trait.isDurableLength) == 0 && kind(entryIndex) != .none
  }

  /// Whether a cut lies between two entries of one call.
  func isWithinCall(atCut cut: Int) -> Bool {
    cut > 0 && cut < count && traits[cut] & Trait.isContinuation != 0
  }

  /// Whether losing a write leaves the length that its call gave the file, and in it no data.
  func leavesLengthWithoutData(_ entryIndex: Int) -> Bool {
    kind(entryIndex) == .write && isWithinCall(atCut: entryIndex)
      && kind(entryIndex - 1) == .size
  }

  /// Whether an entry after this one and before a cut touches any unit that this one touches.
  func isTouchedAgain(_ entryIndex: Int, beforeCut cut: Int) -> Bool {
    let touched = touchedRange(entryIndex)
    var later = entryIndex + 1
    while later < cut {
      if touchedRange(later).overlaps(touched) { return true }
      later += 1
    }
    return false
  }

  /// What an entry touches, in whole units; only a change of the length can end within one.
  private func touchedRange(_ entryIndex: Int) -> ByteRange {
    let range = range(entryIndex)
    if range.endByteOffset < .max { return range }
    let start = range.byteOffset - range.byteOffset % UInt64(StateSum.unitByteCount)
    return ByteRange(byteOffset: start, byteCount: .max - start)
  }

  private func range(_ entryIndex: Int) -> ByteRange {
    let byteOffset = byteOffsets[entryIndex]
    let sectorCount = sectorCounts[entryIndex]
    if sectorCount < .max {
      return ByteRange(
        byteOffset: byteOffset, byteCount: UInt64(sectorCount) * UInt64(sectorByteCount))
    }
    if kind(entryIndex) == .size {
      return ByteRange(byteOffset: byteOffset, byteCount: .max - byteOffset)
    }
    let hugeSectorCount = huge.sectorCounts[huge.entryIndices.countBelow(entryIndex)]
    return ByteRange(byteOffset: byteOffset, byteCount: hugeSectorCount * UInt64(sectorByteCount))
  }

  /// Where a write ends that a recorder had to widen to whole sectors, by the size mark before it in
  /// the same call. `nil` for every other event.
  private static func fileEnd(
    of event: DiskEvent, after previous: DiskEvent, _ index: WriteLogIndex
  ) -> UInt64? {
    let fileEnd = previous.range.byteOffset
    guard event.kind == .write, previous.kind == .size, event.range.endByteOffset > fileEnd,
      event.range.endByteOffset - fileEnd < UInt64(index.sectorByteCount)
    else { return nil }
    return fileEnd
  }

  /// Whether a change and the one right before it were made by one call of a program: they have the
  /// same submission and the same completion.
  private static func areOneCall(
    _ previous: DiskEvent, _ event: DiskEvent, _ entryIndex: Int, _ index: WriteLogIndex
  ) -> Bool {
    guard previous.kind != .none, event.kind != .none, let own = index[entryIndex].extension,
      let other = index[entryIndex - 1].extension
    else { return false }
    return own.submissionIndex == other.submissionIndex
      && own.completionIndex == other.completionIndex
      && own.submissionIndex < own.completionIndex
  }

  private static func event(
    _ entry: LogEntry, _ index: WriteLogIndex
  ) throws(FormatError) -> DiskEvent {
    switch entry.kind {
    case .write:
      return DiskEvent(
        kind: .write, range: entry.deviceRange,
        payloadByteOffset: entry.payloadRange.lowerBound)
    case .discard:
      return DiskEvent(kind: .discard, range: entry.deviceRange, payloadByteOffset: 0)
    case .flush:
      return .none
    case .mark:
      guard let byteCount = try size(entry, index) else {
        return .none
      }
      return DiskEvent(
        kind: .size, range: ByteRange(byteOffset: byteCount, byteCount: .max - byteCount),
        payloadByteOffset: 0)
    }
  }

  /// The length that a mark sets; `nil` for every other mark.
  private static func size(
    _ entry: LogEntry, _ index: WriteLogIndex
  ) throws(FormatError) -> UInt64? {
    // Compared as bytes first: a log has two marks for each client operation, and few of this kind.
    let textByteOffset = entry.headerByteOffset + EntryHeader.byteCount
    guard entry.header.textByteCount >= 8,
      index.region.load(at: textByteOffset, as: UInt64.self) == sizeMarkStart
    else { return nil }
    let mark = try ClientMark(parsing: index.text(of: entry), at: UInt64(textByteOffset))
    guard case .size(let byteCount)? = mark else { return nil }
    return byteCount
  }

  /// `pc1 size`, as a little-endian number.
  private static let sizeMarkStart: UInt64 = 0x657a_6973_2031_6370
}
