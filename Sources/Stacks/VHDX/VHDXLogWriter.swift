import BlockDevice
import Bytes
import VHDX

/// The log of an image as its writer sees it: a ring of entries, of which those from the tail on are
/// not home for sure.
///
/// Without a ``BugSwitch``:
/// - The log begins with an empty entry, stable before a header names its GUID, so that a header never
///   names a log without a sequence.
/// - An entry is stable before any of its sectors goes home, and its sectors are stable at home before
///   Tail passes it.
/// - Space is written again only when an entry with a Tail beyond it is stable; where there is too
///   little of it an empty entry publishes the Tail first.
///
/// One caller at a time. Source: [MS-VHDX] 2.3.
final class VHDXLogWriter: @unchecked Sendable {
  struct Options {
    var bugs: Set<BugSwitch>
    var firstRingByteOffset: UInt64
    var usableRingByteCount: UInt64?
    var entriesPerCheckpoint: Int
    var entrySectorLimit: Int?
  }

  private static let sector = UInt64(LogRing.sectorByteCount)

  private let file: ImageBelow
  private let headers: HeaderWriter
  private let space: BlockSpace
  private let ring: ByteRange
  private let options: Options
  /// The GUID of this session's log.
  private let guid: GUID
  /// What LastFileOffset was when the image was opened.
  private let openingLastByteCount: UInt64

  /// Whether the headers name the log.
  private(set) var isOpen = false
  private var sequenceNumber: UInt64 = 1
  /// Places count on over the ring's end; modulo its length they are where a byte stands.
  private var writePlace: UInt64
  /// What the next entry says, unless it begins here itself.
  private var tailPlace: UInt64
  /// What a stable entry says.
  private var durableTailPlace: UInt64
  /// Sectors that stable entries carry and that are not stable at home, by their place in the file.
  private var unhomed: [UInt64: [UInt8]] = [:]
  private var entryCountSinceCheckpoint = 0

  init(
    file: ImageBelow, headers: HeaderWriter, space: BlockSpace, ring: ByteRange, guid: GUID,
    options: Options
  ) {
    self.file = file
    self.headers = headers
    self.space = space
    self.ring = ring
    self.guid = guid
    self.options = options
    openingLastByteCount = space.usedEndByteOffset
    writePlace = options.firstRingByteOffset
    tailPlace = writePlace
    durableTailPlace = writePlace
  }

  /// How many sectors one entry can carry.
  var sectorCountLimit: Int {
    min(options.entrySectorLimit ?? 126, Int(ring.byteCount / Self.sector) - 2)
  }

  /// Logs sectors in one entry. When it returns, the entry is stable.
  func append(_ sectors: [TableSector]) async throws(DeviceError) {
    if !isOpen { try await open() }
    let updates = sectors.map { LogUpdate.data($0.bytes, fileByteOffset: $0.fileByteOffset) }
    try await makeRoom(forByteCount: makeEntry(updates).byteCount)
    let entry = makeEntry(updates)
    try await put(entry)
    for sector in sectors { unhomed[sector.fileByteOffset] = sector.bytes }
    entryCountSinceCheckpoint += 1
    if options.bugs.contains(.entryNotStable) { try await writeHome() }
    try await file.flush()
    durableTailPlace = tailPlace
  }

  /// Brings everything home and takes the log out of the headers.
  func close() async throws(DeviceError) {
    guard isOpen else { return }
    try await writeHome()
    if !options.bugs.contains(.homeNotStable) { try await file.flush() }
    try await headers.update(HeaderChange(logGUID: .zero))
    isOpen = false
  }

  // MARK: Beginning

  private func open() async throws(DeviceError) {
    if options.bugs.contains(.guidBeforeEntry) {
      try await headers.update(HeaderChange(logGUID: guid))
      try await putFirstEntries()
    } else {
      try await putFirstEntries()
      try await headers.update(HeaderChange(logGUID: guid))
    }
    isOpen = true
  }

  /// One empty entry; or as many as leave no more than the usable part of the ring.
  private func putFirstEntries() async throws(DeviceError) {
    var filledByteCount = Self.sector
    if let usable = options.usableRingByteCount {
      filledByteCount = max(Self.sector, ring.byteCount - min(usable, ring.byteCount))
    }
    var bytes: [UInt8] = []
    let start = writePlace
    for _ in 0..<filledByteCount / Self.sector {
      bytes += makeEntry([]).encode()
      sequenceNumber += 1
      writePlace += Self.sector
    }
    for piece in pieces(of: bytes, at: start) {
      try await file.write(piece.bytes, at: piece.fileByteOffset)
    }
    try await file.flush()
  }

  // MARK: Room

  private var freeByteCount: UInt64 {
    let isEarly = options.bugs.contains(.ringReusedEarly)
    return ring.byteCount - (writePlace - (isEarly ? tailPlace : durableTailPlace))
  }

  /// One sector stays free for the empty entry that publishes a Tail.
  private func makeRoom(forByteCount byteCount: UInt64) async throws(DeviceError) {
    let needed = byteCount + Self.sector
    if entryCountSinceCheckpoint >= options.entriesPerCheckpoint || freeByteCount < needed {
      try await checkpoint()
    }
    if freeByteCount < needed {
      try await put(makeEntry([]))
      try await file.flush()
      durableTailPlace = tailPlace
    }
  }

  /// Brings everything home and moves the tail to the next entry.
  private func checkpoint() async throws(DeviceError) {
    try await writeHome()
    if !options.bugs.contains(.tailEarly) { try await file.flush() }
    tailPlace = writePlace
    entryCountSinceCheckpoint = 0
  }

  private func writeHome() async throws(DeviceError) {
    for (byteOffset, bytes) in unhomed.sorted(by: { $0.key < $1.key }) {
      try await file.write(bytes, at: byteOffset)
    }
    unhomed = [:]
  }

  // MARK: Entries

  private func makeEntry(_ updates: [LogUpdate]) -> LogEntry {
    let isStale = options.bugs.contains(.lastOffsetStale)
    return LogEntry(
      logGUID: guid, sequenceNumber: sequenceNumber,
      tailByteOffset: UInt32(tailPlace % ring.byteCount),
      flushedByteCount: file.stableByteCount / BlockSpace.alignment * BlockSpace.alignment,
      lastByteCount: isStale ? openingLastByteCount : space.usedEndByteOffset, updates: updates)
  }

  /// Writes the next entry, its header last where that takes two writes: when the device fails in
  /// between, nothing that looks like an entry is left.
  private func put(_ entry: LogEntry) async throws(DeviceError) {
    var bytes = entry.encode()
    let place = writePlace
    let behindEnd = place % ring.byteCount + UInt64(bytes.count)
    if behindEnd > ring.byteCount, options.bugs.contains(.checksumShort) {
      Self.seal(&bytes, coveredByteCount: bytes.count - Int(behindEnd - ring.byteCount))
    }
    sequenceNumber += 1
    writePlace += UInt64(bytes.count)
    for piece in pieces(of: bytes, at: place).reversed() {
      try await file.write(piece.bytes, at: piece.fileByteOffset)
    }
  }

  /// What is written into the ring at once: two pieces where it goes over the end.
  private func pieces(
    of bytes: [UInt8], at place: UInt64
  ) -> [(bytes: [UInt8], fileByteOffset: UInt64)] {
    let start = place % ring.byteCount
    let firstByteCount = Int(min(UInt64(bytes.count), ring.byteCount - start))
    let first = (Array(bytes[..<firstByteCount]), ring.byteOffset + start)
    if firstByteCount == bytes.count { return [first] }
    return [first, (Array(bytes[firstByteCount...]), ring.byteOffset)]
  }

  /// Gives the entry the checksum of its first bytes alone.
  private static func seal(_ bytes: inout [UInt8], coveredByteCount: Int) {
    bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0])
    var checksum = ByteWriter()
    checksum.write(Checksum.crc32c(Array(bytes[..<coveredByteCount])))
    bytes.replaceSubrange(4..<8, with: checksum.bytes)
  }
}
