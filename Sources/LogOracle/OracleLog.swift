import Bytes
import Rules

/// A log's ring: what stands in its sectors, and which of it counts.
///
/// Source: [MS-VHDX] 2.3.
package final class OracleLog {
  package static let sectorByteCount: UInt64 = 4096
  /// The file identifier and both headers: no log changes them.
  static let headersEnd: UInt64 = 192 << 10

  /// In the file.
  package let range: ByteRange
  private let image: OracleImage
  private let logGUID: [UInt8]
  private var known: [UInt64: OracleEntry?] = [:]

  init(_ image: OracleImage, range: ByteRange, logGUID: [UInt8]) {
    self.image = image
    self.range = range
    self.logGUID = logGUID
  }

  private func wrapped(_ place: UInt64) -> UInt64 { place % range.byteCount }

  private func fileByteOffset(_ place: UInt64) -> UInt64 { range.byteOffset + wrapped(place) }

  private func read(_ place: UInt64, _ byteCount: UInt64) -> OracleBytes {
    guard let bytes = image.read(fileByteOffset(place), byteCount) else {
      preconditionFailure("the log lies inside of the file")
    }
    return bytes
  }

  private func sector(_ place: UInt64) -> OracleBytes { read(place, Self.sectorByteCount) }

  // MARK: Entries

  /// What begins like an entry at a place; `nil` where nothing does.
  package func entry(at place: UInt64) -> OracleEntry? {
    if let found = known[place] { return found }
    let header = read(place, 64)
    var entry: OracleEntry?
    if header.text(0, "loge") {
      var found = OracleEntry(header, at: place)
      do throws(OracleDefect) {
        try checkHeader(found, header)
        try checkContents(found, header)
      } catch {
        found.defect = error
      }
      entry = found
    }
    known[place] = .some(entry)
    return entry
  }

  /// Everything that begins like an entry, by place; the first `limit` of them.
  package func survey(limit: Int) -> [OracleEntry] {
    var found: [OracleEntry] = []
    var place: UInt64 = 0
    while place < range.byteCount, found.count < limit {
      if let entry = entry(at: place) { found.append(entry) }
      place = next(after: place)
    }
    return found
  }

  /// The next sector that can hold anything.
  private func next(after place: UInt64) -> UInt64 {
    let next = place + Self.sectorByteCount
    guard next < range.byteCount else { return next }
    let zero = image.knownZeroByteCount(at: range.byteOffset + next)
    return next + zero / Self.sectorByteCount * Self.sectorByteCount
  }

  private func require(
    _ holds: Bool, _ rule: Rule, _ what: String, _ place: UInt64, _ field: UInt64,
    _ expected: @autoclosure () -> String, _ found: @autoclosure () -> String,
    isForeign: Bool = false
  ) throws(OracleDefect) {
    if holds { return }
    throw OracleDefect(
      rule: rule, what: what, fileByteOffset: fileByteOffset(place) + field, expected: expected(),
      found: found(), isForeign: isForeign)
  }

  private func checkHeader(_ entry: OracleEntry, _ header: OracleBytes) throws(OracleDefect) {
    let (place, count) = (entry.place, entry.byteCount)
    try require(
      header.guid(32) == logGUID, .e01, "another log's GUID", place, 32, "the header's LogGuid",
      "another", isForeign: true)
    try require(
      isWhole(count) && count > 0 && count <= range.byteCount
        && entry.descriptorSectorCount * Self.sectorByteCount <= count,
      .e03, "impossible entry length", place, 8,
      "whole sectors up to \(range.byteCount) that hold the descriptors",
      "\(count) with \(entry.descriptorCount) descriptors")
    try require(
      entry.sequenceNumber > 0, .e05, "sequence number 0", place, 16, "above 0", "0")
    try require(
      isWhole(entry.tail) && entry.tail < range.byteCount, .e04, "impossible tail", place, 12,
      "a sector below \(range.byteCount)", "\(entry.tail)")
    try require(
      header.u32(28) == 0, .e06, "reserved bytes set", place, 28, "0", hex(header.u32(28)))
    for (value, field) in [(entry.flushedByteCount, UInt64(48)), (entry.lastByteCount, 56)] {
      try require(
        value % (1 << 20) == 0, .e07, "unaligned file length", place, field,
        "a multiple of \(1 << 20)", "\(value)")
    }
  }

  private func checkContents(_ entry: OracleEntry, _ header: OracleBytes) throws(OracleDefect) {
    var dataCount: UInt64 = 0
    for index in 0..<entry.descriptorCount {
      let place = descriptorPlace(entry, index)
      let bytes = read(place, 32)
      try checkDescriptor(bytes, at: place, of: entry)
      if bytes.text(0, "desc") { dataCount += 1 }
    }
    let sectorCount = entry.descriptorSectorCount + dataCount
    try require(
      entry.byteCount == sectorCount * Self.sectorByteCount, .e03, "impossible entry length",
      entry.place, 8, "\(sectorCount * Self.sectorByteCount)", "\(entry.byteCount)")
    var all = OracleBytes([])
    for index in 0..<sectorCount {
      let place = entry.place + index * Self.sectorByteCount
      let bytes = sector(place)
      if index >= entry.descriptorSectorCount { try checkData(bytes, at: place, of: entry) }
      all.bytes += bytes.bytes
    }
    let checksum = all.checksum(fieldAt: 4)
    try require(
      checksum == header.u32(4), .e02, "wrong checksum", entry.place, 4, hex(checksum),
      hex(header.u32(4)))
  }

  private func isWhole(_ value: UInt64) -> Bool { value % Self.sectorByteCount == 0 }

  private func hex(_ value: UInt64) -> String { "0x" + String(value, radix: 16) }

  private func descriptorPlace(_ entry: OracleEntry, _ index: UInt64) -> UInt64 {
    wrapped(entry.place + 64 + 32 * index)
  }

  /// Source: [MS-VHDX] 2.3.1.2 and 2.3.1.3.
  private func checkDescriptor(
    _ bytes: OracleBytes, at place: UInt64, of entry: OracleEntry
  ) throws(OracleDefect) {
    let update = update(bytes)
    try require(
      update != nil, .e08, "unknown descriptor", place, 0, "\"zero\" or \"desc\"",
      hex(bytes.u32(0)))
    guard let update else { return }
    let (offset, count) = (update.fileByteOffset, update.byteCount)
    try require(
      bytes.u64(24) == entry.sequenceNumber, .e08, "descriptor of another entry", place, 24,
      "\(entry.sequenceNumber)", "\(bytes.u64(24))")
    try require(
      isWhole(offset), .e08, "unaligned descriptor", place, 16, "whole sectors", "\(offset)")
    try require(
      isWhole(count), .e09, "unaligned zero length", place, 8, "whole sectors", "\(count)")
    try require(
      update.isData || bytes.u32(4) == 0, .e06, "reserved bytes set", place, 4, "0",
      hex(bytes.u32(4)))
    let target = update.target
    try require(
      target != nil, .e09, "range past 2^64", place, 16, "an end below 2^64",
      "\(offset) + \(count)")
    // Not said in so many words: replay reads the headers and the log while it writes.
    try require(
      count == 0 || offset >= Self.headersEnd && target?.overlaps(range) == false, .e11,
      "target that a log must not change", place, 16,
      "nothing of the headers [0, \(Self.headersEnd)) or the log \(range)",
      "\(count) bytes at \(offset)")
  }

  /// Source: [MS-VHDX] 2.3.1.4.
  private func checkData(
    _ bytes: OracleBytes, at place: UInt64, of entry: OracleEntry
  ) throws(OracleDefect) {
    try require(
      bytes.text(0, "data"), .e10, "no data sector", place, 0, "\"data\"", hex(bytes.u32(0)))
    let number = bytes.u32(4) << 32 | bytes.u32(4092)
    try require(
      number == entry.sequenceNumber, .e10, "data sector of another entry", place, 4,
      "\(entry.sequenceNumber)", "\(number)")
  }

  // MARK: Updates

  private func update(_ bytes: OracleBytes) -> OracleUpdate? {
    if bytes.text(0, "zero") {
      return OracleUpdate(fileByteOffset: bytes.u64(16), byteCount: bytes.u64(8))
    }
    guard bytes.text(0, "desc") else { return nil }
    return OracleUpdate(
      fileByteOffset: bytes.u64(16), byteCount: Self.sectorByteCount,
      kept: (Array(bytes.bytes[8..<16]), Array(bytes.bytes[4..<8])))
  }

  /// What an entry says, valid or not, up to the first descriptor that is none.
  package func updates(of entry: OracleEntry, limit: UInt64 = .max) -> [OracleUpdate] {
    var updates: [OracleUpdate] = []
    var dataPlace = entry.place + entry.descriptorSectorCount * Self.sectorByteCount
    for index in 0..<min(entry.descriptorCount, limit) {
      guard var update = update(read(descriptorPlace(entry, index), 32)) else { break }
      if update.isData {
        update.dataPlace = wrapped(dataPlace)
        dataPlace += Self.sectorByteCount
      }
      updates.append(update)
    }
    return updates
  }

  /// The sector that an update puts together; zeroes for a zero descriptor.
  package func contents(of update: OracleUpdate) -> [UInt8] {
    guard let kept = update.kept else {
      return [UInt8](repeating: 0, count: Int(Self.sectorByteCount))
    }
    return kept.leading + sector(update.dataPlace).bytes[8..<4092] + kept.trailing
  }

  // MARK: Runs

  /// Entries that stand one after the other with numbers that go up by one.
  package struct Run {
    /// In order; at least one.
    package var entries: [OracleEntry]
    /// Which entry the head's Tail names; `nil` where it names none, and the run does not count.
    package var tailIndex: Int?

    package var head: OracleEntry { entries[entries.count - 1] }
    package var byteCount: UInt64 { entries.reduce(0) { $0 + $1.byteCount } }
  }

  /// The run that grows from a place, at least one entry long.
  private func run(from place: UInt64) -> Run? {
    guard var last = entry(at: place), last.isValid else { return nil }
    var run = Run(entries: [last])
    var byteCount = last.byteCount
    while let next = follower(of: last), byteCount + next.byteCount <= range.byteCount {
      run.entries.append(next)
      byteCount += next.byteCount
      last = next
    }
    run.tailIndex = run.entries.firstIndex { $0.place == last.tail }
    return run
  }

  private func follower(of entry: OracleEntry) -> OracleEntry? {
    guard entry.sequenceNumber < .max,
      let next = self.entry(at: wrapped(entry.place + entry.byteCount)), next.isValid,
      next.sequenceNumber == entry.sequenceNumber + 1
    else { return nil }
    return next
  }

  /// All runs that the search tries, in the order tried, and which of them is active: of the complete
  /// ones that with the largest head.
  ///
  /// Two safeguards are not the specification's: the search also ends where it comes back to where it
  /// began, and of a run that is not complete no later start is tried, since valid entries cannot
  /// overlap, so that it leads to the same head with the same Tail and fewer entries.
  ///
  /// Source: [MS-VHDX] 2.3.3.
  package func search() -> (runs: [Run], active: Int?) {
    var runs: [Run] = []
    var active: Int?
    var triedPlaces: Set<UInt64> = []
    var current: UInt64 = 0
    // What comes after the ring's end is where the search began, or lies before it.
    while current < range.byteCount {
      var next = self.next(after: current)
      if !triedPlaces.contains(current), let run = run(from: current) {
        if run.tailIndex != nil {
          if active.map({ run.head.sequenceNumber > runs[$0].head.sequenceNumber }) ?? true {
            active = runs.count
          }
          next = current + run.byteCount
        } else {
          triedPlaces.formUnion(run.entries.map(\.place))
        }
        runs.append(run)
      }
      current = next
    }
    return (runs, active)
  }
}
