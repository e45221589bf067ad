import Bytes

/// How a log is to be read.
package struct LogReadingOptions: Sendable {
  /// Which entries after the superblock's count belong to the log.
  package enum TailPolicy: Sendable {
    /// Those whose extension proves it.
    case proven
    /// All that parse: right for a file that was empty before its writer was killed.
    case all
    case none
  }

  package var tail: TailPolicy
  /// The size of the logged device; ranges after it are a problem (rule L02). `nil`: unknown.
  package var deviceByteCount: UInt64?
  /// The sector size to take where the superblock was never written.
  package var sectorByteCount: UInt32?

  package init(
    tail: TailPolicy = .proven, deviceByteCount: UInt64? = nil, sectorByteCount: UInt32? = nil
  ) {
    self.tail = tail
    self.deviceByteCount = deviceByteCount
    self.sectorByteCount = sectorByteCount
  }
}

/// A log that was read once from start to end: where each entry is, and where the chain ends.
///
/// Eight bytes of memory an entry; headers and data stay in the mapped file. Damage does not stop
/// the reading: the index holds the entries in front of it, and ``problems`` says what it met.
package struct WriteLogIndex: Sendable {
  package let region: ByteRegion
  /// `nil` where sector 0 is all zero: the writer was killed before it first counted its entries.
  package let superblock: Superblock?
  package let sectorByteCount: UInt32
  package let tail: LogTail
  /// The identity of the older log whose entries stand where this one ends, as their extensions
  /// say; they are never used, whatever the options. `nil` where there are none that say so.
  package let foreignTailIdentity: UInt64?
  /// Where the log ends after its count because there is this entry's header and not its data, as the
  /// digest in its extension says; such an entry is never used, whatever the options. `nil` where it
  /// ends otherwise.
  package let entryWithoutData: Int?
  package let problems: [LogProblem]
  /// What the extensions of the entries say; `nil` where no entry has one.
  package let logIdentity: UInt64?
  /// Where the chain ends in the file: the place for the next entry.
  package let endByteOffset: Int
  /// Where each entry starts in the file, by its index.
  package let headerByteOffsets: [Int]

  package var entryCount: Int { headerByteOffsets.count }

  /// Whether the superblock counts fewer entries than the log holds: a writer that was killed, or
  /// one that counts rarely. Not an error.
  package var isCountStale: Bool { UInt64(entryCount) > superblock?.entryCount ?? 0 }

  /// Reads the whole chain.
  ///
  /// - Throws: ``FormatError`` where there is no log to read: a superblock that is damaged (rule
  ///   L01), or that was never written while the sector size is not known.
  package init(
    reading region: ByteRegion, options: LogReadingOptions = LogReadingOptions()
  ) throws(FormatError) {
    let superblock = try Self.readSuperblock(region)
    let sectorByteCount: UInt32
    if let superblock {
      sectorByteCount = superblock.sectorByteCount
    } else {
      sectorByteCount = try Self.assumedSector(region, options)
    }
    var walk = ChainWalk(
      region: region, sectorByteCount: sectorByteCount, options: options,
      countedEntryCount: superblock?.entryCount ?? 0)
    walk.run()
    self.region = region
    self.superblock = superblock
    self.sectorByteCount = sectorByteCount
    tail = walk.tail
    foreignTailIdentity = walk.foreignTailIdentity
    entryWithoutData = walk.entryWithoutData
    problems = walk.problems
    logIdentity = walk.logIdentity
    endByteOffset = walk.byteOffset
    headerByteOffsets = walk.headerByteOffsets
  }

  /// The entry at `index`, from zero.
  package subscript(index: Int) -> LogEntry {
    let byteOffset = headerByteOffsets[index]
    let header = EntryHeader(loading: region, at: byteOffset)
    let found = EntryExtension(
      loading: region, headerByteOffset: byteOffset, header: header,
      sectorByteCount: sectorByteCount)
    return LogEntry(
      index: index, headerByteOffset: byteOffset, header: header, extension: found,
      sectorByteCount: sectorByteCount)
  }

  /// The entry at `index` without its extension, whose checksum costs more than all the rest.
  package func entryWithoutExtension(at index: Int) -> LogEntry {
    let byteOffset = headerByteOffsets[index]
    return LogEntry(
      index: index, headerByteOffset: byteOffset,
      header: EntryHeader(loading: region, at: byteOffset), extension: nil,
      sectorByteCount: sectorByteCount)
  }

  /// The text of a MARK, undecodable bytes replaced.
  package func text(of entry: LogEntry) -> String {
    let start = entry.headerByteOffset + EntryHeader.byteCount
    return String(
      decoding: region.bytes(in: start..<start + Int(entry.header.textByteCount)),
      as: UTF8.self)
  }

  private static func readSuperblock(_ region: ByteRegion) throws(FormatError) -> Superblock? {
    let smallest = Int(Superblock.allowedSectorByteCounts.lowerBound)
    if region.byteCount >= smallest && region.isZero(in: 0..<smallest) { return nil }
    return try Superblock(parsing: region)
  }

  private static func assumedSector(
    _ region: ByteRegion, _ options: LogReadingOptions
  ) throws(FormatError) -> UInt32 {
    if let told = options.sectorByteCount, Superblock.isAllowed(told) { return told }
    if let proven = SectorSizeSearch.provenSectorByteCount(in: region) { return proven }
    throw FormatError(
      .wrongValue, breaking: .l01, field: "magic", at: 0, expected: Superblock.magic.hex,
      found: "0x0",
      hint: """
        Either this is no log, or its superblock was never written because its writer was killed \
        early: then say --log-sector-size and --use-tail to read the entries behind it.
        """)
  }
}

/// Finds the sector size of a log without a superblock from the place of its first entry.
enum SectorSizeSearch {
  /// The sector size whose first entry carries an extension that proves it; `nil` where none does.
  static func provenSectorByteCount(in region: ByteRegion) -> UInt32? {
    var candidate = Superblock.allowedSectorByteCounts.lowerBound
    while candidate <= Superblock.allowedSectorByteCounts.upperBound {
      let sector = Int(candidate)
      guard region.byteCount >= 2 * sector else { return nil }
      let header = EntryHeader(loading: region, at: sector)
      let found = try? EntryExtension(
        parsing: region, headerByteOffset: sector, header: header, sectorByteCount: candidate)
      if let found, found.entryIndex == 0 { return candidate }
      candidate *= 2
    }
    return nil
  }
}
