import Bytes

/// Does to the file what the entries from the tail to the head say.
///
/// Source: [MS-VHDX] 2.3.3 (v20240423).
struct LogReplay {
  private let run: LogRun
  private let firstIndex: Int
  private let ring: LogRing
  private let file: any WritableImageFile
  private let profile: RecoveryProfile
  private let options: RecoveryOptions
  private var check: LogEntryCheck
  private var cursor: RingCursor
  private(set) var descriptorCount: UInt64 = 0

  init(
    run: LogRun, firstIndex: Int, dirty: Recovery.DirtyLog, file: any WritableImageFile,
    profile: RecoveryProfile, options: RecoveryOptions
  ) {
    self.run = run
    self.firstIndex = firstIndex
    self.file = file
    self.profile = profile
    self.options = options
    ring = dirty.ring
    check = LogEntryCheck(
      ring: dirty.ring, logGUID: dirty.current.header.logGUID, profile: profile)
    let entries = run.entries[firstIndex...]
    let byteCount = entries.reduce(UInt64(0)) { $0 + $1.byteCount }
    // A ring that is full and one that is empty look the same to a pair of places.
    let restByteCount =
      profile.has(.fullRingRefused) ? byteCount % dirty.ring.byteCount : byteCount
    cursor = RingCursor(
      ring: dirty.ring, ringByteOffset: run.entries[firstIndex].ringByteOffset,
      restSectorCount: restByteCount / UInt64(LogRing.sectorByteCount))
  }

  /// What must hold before anything is written: the file's length, and that replay can be carried
  /// through.
  mutating func checkFirst() throws(RecoveryRefusal) {
    if !profile.has(.flushedOffsetEveryEntry) { try checkLength(run.head.header) }
    try checkAmount()
    let isBounded = !profile.has(.zeroLengthUnbounded)
    var mostByteCount = profile.has(.growthOverflow) ? 0 : run.head.header.lastByteCount
    if isBounded {
      for entry in run.entries[firstIndex...] {
        var descriptors = DescriptorCursor(entry, ring: ring)
        while let place = descriptors.next() {
          guard let target = place.descriptor?.target, !target.isEmpty else { continue }
          mostByteCount = max(mostByteCount, target.endByteOffset)
        }
      }
    }
    guard mostByteCount <= options.maximumFileByteCount else {
      throw .tooLong(byteCount: mostByteCount, limitByteCount: options.maximumFileByteCount)
    }
  }

  private func checkAmount() throws(RecoveryRefusal) {
    let entries = run.entries[firstIndex...]
    let count = entries.reduce(UInt64(0)) { $0 + UInt64($1.header.descriptorCount) }
    guard count <= options.maximumDescriptorCount else {
      throw .tooMuch(what: "descriptors", count: count, limit: options.maximumDescriptorCount)
    }
    var dataCount: UInt64 = 0
    for entry in entries {
      var descriptors = DescriptorCursor(entry, ring: ring)
      while let place = descriptors.next() {
        if place.descriptor?.isData == true { dataCount += 1 }
      }
    }
    let dataByteCount = dataCount * UInt64(LogDataSector.byteCount)
    guard dataByteCount <= options.maximumDataByteCount else {
      throw .tooMuch(
        what: "bytes of data", count: dataByteCount, limit: options.maximumDataByteCount)
    }
  }

  /// Replays all entries and grows the file; `false` where that would never end.
  mutating func replayAll() throws(RecoveryRefusal) -> Bool {
    for entry in run.entries[firstIndex...] {
      guard try replay(entry) else { return false }
    }
    return true
  }

  private func checkLength(_ header: LogEntryHeader) throws(RecoveryRefusal) {
    guard fileByteCount >= header.flushedByteCount else {
      throw .truncated(
        fileByteCount: file.byteCount, flushedByteCount: header.flushedByteCount)
    }
  }

  private mutating func replay(_ found: FoundLogEntry) throws(RecoveryRefusal) -> Bool {
    let entry = try reread(found)
    if profile.has(.flushedOffsetEveryEntry) { try checkLength(entry.header) }
    let byteCountBefore = fileByteCount
    guard try replayDescriptors(of: entry) else { return false }
    let grows = profile.has(.growthEveryEntry) || found == run.head
    if grows, entry.header.lastByteCount > growthBase(before: byteCountBefore) {
      try grow(toByteCount: entry.header.lastByteCount)
    }
    return true
  }

  /// The entry where it stands by now: a target inside of the log may have changed it, and an entry
  /// whose length is wrong ends elsewhere than it says.
  private mutating func reread(_ found: FoundLogEntry) throws(RecoveryRefusal) -> FoundLogEntry {
    guard cursor.restSectorCount > 0 else { throw .fullRing }
    if !profile.has(.lengthUnchecked) { cursor.ringByteOffset = found.ringByteOffset }
    let place = cursor.ringByteOffset
    do throws(LogEntryDefect) {
      return FoundLogEntry(ringByteOffset: place, header: try check.header(at: place))
    } catch {
      throw .brokenReplay(error)
    }
  }

  private mutating func replayDescriptors(
    of entry: FoundLogEntry
  ) throws(RecoveryRefusal) -> Bool {
    let sectorCount = LogEntryHeader.descriptorSectorCount(
      descriptorCount: UInt64(entry.header.descriptorCount))
    for _ in 0..<sectorCount { _ = try nextSector() }
    // The first descriptors may change the log, but those of this sector are in memory by then.
    var descriptors = DescriptorCursor(entry, ring: ring)
    while let place = descriptors.next() {
      guard let descriptor = place.descriptor else {
        throw .brokenReplay(
          LogEntryDefect(
            .descriptorSignature, at: place.fileByteOffset, expected: "\"zero\" or \"desc\"",
            found: place.signature.hex))
      }
      do throws(LogEntryDefect) {
        try check.check(descriptor, of: entry, at: place.fileByteOffset)
      } catch {
        throw .brokenReplay(error)
      }
      descriptorCount += 1
      guard try replay(descriptor) else { return false }
    }
    return true
  }

  private mutating func nextSector() throws(RecoveryRefusal) -> [UInt8] {
    guard let bytes = cursor.next() else { throw .fullRing }
    return bytes
  }

  private mutating func replay(_ descriptor: LogDescriptor) throws(RecoveryRefusal) -> Bool {
    switch descriptor.kind {
    case .zero(let byteCount, _):
      return try zero(byteCount: byteCount, at: descriptor.fileByteOffset)
    case .data(let leadingBytes, let trailingBytes):
      let place = ring.fileByteOffset(cursor.ringByteOffset)
      let sector = LogDataSector(try nextSector())
      guard sector.sequenceNumber == descriptor.sequenceNumber else {
        throw .brokenReplay(
          LogEntryDefect(
            .dataSequenceNumber, at: place + 4, expected: "\(descriptor.sequenceNumber)",
            found: "\(sector.sequenceNumber)"))
      }
      let limit = options.maximumFileByteCount
      guard descriptor.fileByteOffset <= limit,
        limit - descriptor.fileByteOffset >= UInt64(LogDataSector.byteCount)
      else { throw .failedWrite(byteOffset: descriptor.fileByteOffset, limitByteCount: limit) }
      file.write(
        sector.update(leadingBytes: leadingBytes, trailingBytes: trailingBytes),
        at: descriptor.fileByteOffset)
      return true
    }
  }

  private func zero(byteCount: UInt64, at byteOffset: UInt64) throws(RecoveryRefusal) -> Bool {
    let limit = options.maximumFileByteCount
    let roomByteCount = byteOffset < limit ? limit - byteOffset : 0
    let zeroedByteCount = min(byteCount, roomByteCount)
    if profile.has(.zeroLengthUnbounded),
      zeroedByteCount / UInt64(LogRing.sectorByteCount) > options.maximumZeroedSectorCount
    {
      return false
    }
    if zeroedByteCount > 0 {
      file.zero(ByteRange(byteOffset: byteOffset, byteCount: zeroedByteCount))
    }
    guard zeroedByteCount == byteCount else {
      throw .failedWrite(byteOffset: limit, limitByteCount: limit)
    }
    return true
  }

  private func growthBase(before byteCount: UInt64) -> UInt64 {
    profile.has(.growthCutsOff) ? byteCount : fileByteCount
  }

  /// The file's length, which QEMU counts in whole sectors of 512 bytes.
  private var fileByteCount: UInt64 {
    guard profile.readsHeadersAsQEMU, file.byteCount <= .max - 511 else { return file.byteCount }
    return (file.byteCount + 511) / 512 * 512
  }

  private func grow(toByteCount byteCount: UInt64) throws(RecoveryRefusal) {
    let mebibyte = mebibyteByteCount
    if byteCount % mebibyte == 0 {
      if !profile.has(.noGrowthAtMebibyte) { file.resize(toByteCount: byteCount) }
      return
    }
    let wholeByteCount = (byteCount / mebibyte &+ 1) &* mebibyte
    guard wholeByteCount <= options.maximumFileByteCount else {
      throw .failedWrite(byteOffset: wholeByteCount, limitByteCount: options.maximumFileByteCount)
    }
    file.resize(toByteCount: wholeByteCount)
  }
}

/// Sectors of the ring, one after the other.
private struct RingCursor {
  let ring: LogRing
  var ringByteOffset: UInt64
  var restSectorCount: UInt64

  mutating func next() -> [UInt8]? {
    guard restSectorCount > 0 else { return nil }
    restSectorCount -= 1
    defer { ringByteOffset = ring.advanced(ringByteOffset, by: UInt64(LogRing.sectorByteCount)) }
    return ring.sector(at: ringByteOffset)
  }
}
