import Bytes
import CJournal
import Host
import WriteLog

/// What the one order says of an entry, beside which it is.
struct EntryOrigin {
  /// Whether it syncs the file's data and no more.
  var isDataOnly = false
  /// Whose entry it is, where that is known.
  var call: CallTable.Call?
}

/// The log of one file, entry by entry, with the shadow that it describes.
///
/// A log's ranges are whole sectors and a file's are not: a write that begins or ends within a sector
/// is completed from the shadow. In front of one that makes the file longer, or whose last sector
/// reaches beyond its end, stands a size mark that says where the file ends. Both have the timing of
/// the one operation that they stand for, by which a reader knows that they belong together.
final class FileLogWriter {
  static let sectorByteCount: UInt32 = 512
  private static var sector: UInt64 { UInt64(sectorByteCount) }

  private let log: LogFile
  private let shadow: ShadowFile
  private var writer: LogWriter<RecorderError>
  private var countedEntryCount: UInt64 = 0
  /// What happens with each entry.
  private let noted: (_ entryIndex: UInt64, EntryOrigin) throws -> Void
  /// Of what comes next.
  var origin = EntryOrigin()

  init(
    log: LogFile, shadow: ShadowFile, identity: UInt64,
    noted: @escaping (_ entryIndex: UInt64, EntryOrigin) throws -> Void
  ) {
    self.log = log
    self.shadow = shadow
    self.noted = noted
    writer = LogWriter(sectorByteCount: Self.sectorByteCount, logIdentity: identity) {
      (bytes, byteOffset) throws(RecorderError) in
      try log.write(bytes, at: byteOffset)
    }
    writer.isRestZero = true
  }

  var entryCount: UInt64 { writer.entryCount }

  /// Makes what was appended so far readable for others.
  func count() throws {
    guard writer.entryCount > countedEntryCount || countedEntryCount == 0 else { return }
    try log.flush()
    try writer.finish()
    try log.flush()
    countedEntryCount = writer.entryCount
  }

  // MARK: Operations

  func write(
    _ bytes: [UInt8], at byteOffset: UInt64, isDurable: Bool, timing: EntryTiming
  ) throws {
    guard !bytes.isEmpty else { return }
    let oldByteCount = shadow.byteCount
    try shadow.write(bytes, at: byteOffset)
    let range = ByteRange(byteOffset: byteOffset, byteCount: UInt64(bytes.count))
    let whole = Self.widened(range)
    if shadow.byteCount > oldByteCount || whole.endByteOffset > shadow.byteCount {
      try appendSize(timing)
    }
    let data = whole == range ? bytes : try shadow.read(whole)
    try writer.appendWrite(data, at: whole.byteOffset, flags: isDurable ? .fua : [], timing: timing)
    try note()
  }

  func resize(toByteCount byteCount: UInt64, timing: EntryTiming) throws {
    guard byteCount != shadow.byteCount else { return }
    let isShorter = byteCount < shadow.byteCount
    try shadow.resize(toByteCount: byteCount)
    try appendSize(timing)
    if isShorter, byteCount % Self.sector > 0 { try writeLastSector(timing) }
  }

  func grow(toByteCount byteCount: UInt64, timing: EntryTiming) throws {
    if byteCount > shadow.byteCount { try resize(toByteCount: byteCount, timing: timing) }
  }

  /// Makes the part of a range that lies inside of the file read as zeroes.
  ///
  /// - Parameter isDiscard: whether the blocks are given back.
  func zero(_ range: ByteRange, isDiscard: Bool, timing: EntryTiming) throws {
    let end = min(range.endByteOffset, shadow.byteCount)
    guard range.byteOffset < end else { return }
    let start = range.byteOffset
    let innerStart = min((start + Self.sector - 1) / Self.sector * Self.sector, end)
    let innerEnd = max(end / Self.sector * Self.sector, innerStart)
    try writeZeroes(start..<min(innerStart, end), timing)
    if innerStart < innerEnd {
      try zeroSectors(
        ByteRange(byteOffset: innerStart, byteCount: innerEnd - innerStart), isDiscard, timing)
    }
    if innerEnd < end { try writeZeroes(max(innerEnd, start)..<end, timing) }
  }

  func flush(timing: EntryTiming) throws {
    try writer.appendFlush(timing: timing)
    try note()
  }

  /// Appends a mark that stands for no operation.
  func mark(_ text: String, timing: EntryTiming) throws {
    try writer.appendMark(text, timing: timing)
    try note()
  }

  // MARK: Inside

  /// What is left of a sector that a file was cut off in, as an entry of its own.
  private func writeLastSector(_ timing: EntryTiming) throws {
    let start = shadow.byteCount / Self.sector * Self.sector
    let data = try shadow.read(ByteRange(byteOffset: start, byteCount: Self.sector))
    try writer.appendWrite(data, at: start, timing: timing)
    try note()
  }

  private func writeZeroes(_ range: Range<UInt64>, _ timing: EntryTiming) throws {
    try write(
      [UInt8](repeating: 0, count: range.count), at: range.lowerBound, isDurable: false,
      timing: timing)
  }

  private func zeroSectors(_ range: ByteRange, _ isDiscard: Bool, _ timing: EntryTiming) throws {
    let byteCount = shadow.byteCount
    if range.endByteOffset == byteCount {
      // Cut off and grown again, the tail is a hole.
      try shadow.resize(toByteCount: range.byteOffset)
      try shadow.resize(toByteCount: byteCount)
    } else {
      try zeroShadow(range)
    }
    if isDiscard {
      try writer.appendDiscard(range, timing: timing)
    } else {
      try writer.appendZeroes(range, timing: timing)
    }
    try note()
  }

  private func zeroShadow(_ range: ByteRange) throws {
    let zeroes = [UInt8](repeating: 0, count: Int(min(range.byteCount, 1 << 20)))
    var byteOffset = range.byteOffset
    while byteOffset < range.endByteOffset {
      let byteCount = min(UInt64(zeroes.count), range.endByteOffset - byteOffset)
      try shadow.write(Array(zeroes.prefix(Int(byteCount))), at: byteOffset)
      byteOffset += byteCount
    }
  }

  private func appendSize(_ timing: EntryTiming) throws {
    try mark(ClientMark.size(byteCount: shadow.byteCount).text, timing: timing)
  }

  private func note() throws { try noted(writer.entryCount - 1, origin) }

  private static func widened(_ range: ByteRange) -> ByteRange {
    let start = range.byteOffset / sector * sector
    let end = (range.endByteOffset + sector - 1) / sector * sector
    return ByteRange(byteOffset: start, byteCount: end - start)
  }
}
