import Bytes

/// Appends entries to a log, one after the other, and counts them in the superblock at the end.
///
/// Where the bytes go is the sink's business: a file, an array, a device. They are handed over in
/// the order in which they stand in the log, the superblock last and only by ``finish()``, so that
/// it never counts an entry that is not there.
///
/// With a log identity each entry carries an ``EntryExtension``; where no ``EntryTiming`` is given, its
/// submission and completion indices say that one operation ended before the next began.
///
///     var writer = LogWriter(sectorByteCount: 512) { bytes, byteOffset throws(HostError) in … }
///     try writer.appendWrite(data, at: 4096)
///     try writer.appendFlush()
///     try writer.finish()
package struct LogWriter<Failure: Error> {
  /// Takes bytes and where they belong in the log, in bytes from its start.
  package typealias Sink = (_ bytes: [UInt8], _ byteOffset: UInt64) throws(Failure) -> Void

  package let sectorByteCount: UInt32
  /// `nil`: entries without an extension, as other writers make them.
  package let logIdentity: UInt64?
  /// How many entries the chain has by now, those of a continued log included.
  package private(set) var entryCount: UInt64
  /// Where the next entry goes.
  package private(set) var endByteOffset: UInt64
  /// Says that the log reads as zeroes beyond its end (a new file): of data that is zero only the
  /// last sector is written then, and the file stays sparse.
  package var isRestZero = false

  private let sink: Sink

  /// Zeroes are handed over in pieces of at most so many bytes, or of one sector.
  private static var zeroPieceByteCount: UInt64 { 1 << 20 }

  /// Starts a log.
  ///
  /// - Precondition: `sectorByteCount` is one that the format can have (``Superblock``).
  package init(sectorByteCount: UInt32, logIdentity: UInt64? = nil, sink: @escaping Sink) {
    precondition(Superblock.isAllowed(sectorByteCount), "a sector size that the format can have")
    self.sectorByteCount = sectorByteCount
    self.logIdentity = logIdentity
    self.sink = sink
    entryCount = 0
    endByteOffset = UInt64(sectorByteCount)
  }

  /// Goes on where `index` found the end of the chain (rule L11), as the log it read does: with
  /// extensions if its entries have them.
  ///
  /// Entries that the index did not take as part of the log (``LogTail``) are overwritten.
  ///
  /// - Parameter logIdentity: for a log whose entries carry none.
  /// - Throws: the first problem of a log whose chain is broken.
  package init(
    continuing index: WriteLogIndex, logIdentity: UInt64? = nil, sink: @escaping Sink
  ) throws(LogProblem) {
    if let problem = index.problems.first { throw problem }
    self.init(
      sectorByteCount: index.sectorByteCount, logIdentity: index.logIdentity ?? logIdentity,
      sink: sink)
    entryCount = UInt64(index.entryCount)
    endByteOffset = UInt64(index.endByteOffset)
  }

  /// The longest text that ``appendMark(_:)`` takes, in bytes of UTF-8.
  package var maximumTextByteCount: Int {
    EntryHeader.maximumTextByteCount(
      sectorByteCount: sectorByteCount, hasExtension: logIdentity != nil)
  }

  /// Appends data written at `deviceByteOffset`; with `flags` also FUA, METADATA, or the FLUSH that
  /// came before the data.
  ///
  /// - Precondition: the range is made of whole sectors.
  package mutating func appendWrite(
    _ data: [UInt8], at deviceByteOffset: UInt64, flags: EntryFlags = [],
    clientOperation: UInt64? = nil, timing: EntryTiming? = nil
  ) throws(Failure) {
    precondition(flags.isDisjoint(with: [.discard, .mark]), "a write has data")
    let range = ByteRange(byteOffset: deviceByteOffset, byteCount: UInt64(data.count))
    try append(
      header(of: range, flags: flags), payloadDigest: data.isEmpty ? 0 : Checksum.xxh3(data),
      clientOperation: clientOperation, timing: timing)
    if !data.isEmpty { try sink(data, endByteOffset) }
    endByteOffset += range.byteCount
  }

  /// Appends a write whose data is zeroes, as a write-zeroes is logged. Its extension, if any, has
  /// the digest 0: the zeroes are never in memory as a whole.
  ///
  /// - Precondition: the range is made of whole sectors.
  package mutating func appendZeroes(
    _ range: ByteRange, flags: EntryFlags = [], clientOperation: UInt64? = nil,
    timing: EntryTiming? = nil
  ) throws(Failure) {
    precondition(flags.isDisjoint(with: [.discard, .mark]), "a write has data")
    try append(
      header(of: range, flags: flags), payloadDigest: 0, clientOperation: clientOperation,
      timing: timing)
    try sinkZeroes(byteCount: range.byteCount)
    endByteOffset += range.byteCount
  }

  /// - Precondition: the range is made of whole sectors.
  package mutating func appendDiscard(
    _ range: ByteRange, flags: EntryFlags = [], clientOperation: UInt64? = nil,
    timing: EntryTiming? = nil
  ) throws(Failure) {
    try append(
      header(of: range, flags: flags.union(.discard)), payloadDigest: 0,
      clientOperation: clientOperation, timing: timing)
  }

  package mutating func appendFlush(
    clientOperation: UInt64? = nil, timing: EntryTiming? = nil
  ) throws(Failure) {
    try append(
      EntryHeader(sector: 0, sectorCount: 0, flags: .flush), payloadDigest: 0,
      clientOperation: clientOperation, timing: timing)
  }

  /// - Precondition: the text has at most ``maximumTextByteCount`` bytes.
  package mutating func appendMark(
    _ text: String, timing: EntryTiming? = nil
  ) throws(Failure) {
    let bytes = Array(text.utf8)
    precondition(bytes.count <= maximumTextByteCount, "a text that fits into a header sector")
    try append(
      EntryHeader(
        sector: 0, sectorCount: 0, flags: .mark, textByteCount: UInt64(bytes.count)),
      text: bytes, payloadDigest: 0, clientOperation: nil, timing: timing)
  }

  /// Writes the superblock, which counts all entries so far. More may follow, and be counted by
  /// another call.
  package func finish() throws(Failure) {
    let superblock = Superblock(entryCount: entryCount, sectorByteCount: sectorByteCount)
    try sink(superblock.encode(), 0)
  }

  private func header(of range: ByteRange, flags: EntryFlags) -> EntryHeader {
    let sector = UInt64(sectorByteCount)
    precondition(
      range.byteOffset % sector == 0 && range.byteCount % sector == 0, "a range of whole sectors")
    return EntryHeader(
      sector: range.byteOffset / sector, sectorCount: range.byteCount / sector, flags: flags)
  }

  private mutating func append(
    _ header: EntryHeader, text: [UInt8] = [], payloadDigest: UInt64, clientOperation: UInt64?,
    timing: EntryTiming?
  ) throws(Failure) {
    let found = logIdentity.map {
      EntryExtension(
        logIdentity: $0, entryIndex: entryCount,
        submissionIndex: timing?.submissionIndex ?? 2 * entryCount,
        completionIndex: timing?.completionIndex ?? 2 * entryCount + 1,
        payloadDigest: payloadDigest, clientOperation: clientOperation, task: timing?.task)
    }
    try sink(
      header.encode(sectorByteCount: sectorByteCount, text: text, extension: found), endByteOffset)
    entryCount += 1
    endByteOffset += UInt64(sectorByteCount)
  }

  private func sinkZeroes(byteCount: UInt64) throws(Failure) {
    var doneByteCount: UInt64 = 0
    if isRestZero && byteCount > 0 { doneByteCount = byteCount - UInt64(sectorByteCount) }
    let pieceByteCount = max(Self.zeroPieceByteCount, UInt64(sectorByteCount))
    let piece = [UInt8](repeating: 0, count: Int(min(pieceByteCount, byteCount - doneByteCount)))
    while doneByteCount < byteCount {
      let rest = byteCount - doneByteCount
      let next = rest < UInt64(piece.count) ? Array(piece.prefix(Int(rest))) : piece
      try sink(next, endByteOffset + doneByteCount)
      doneByteCount += UInt64(next.count)
    }
  }
}
