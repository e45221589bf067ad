import Bytes

/// The one pass over a log that finds where each entry starts.
struct ChainWalk {
  let probe: EntryProbe
  let tailPolicy: LogReadingOptions.TailPolicy
  let countedEntryCount: UInt64

  private(set) var byteOffset: Int
  private(set) var headerByteOffsets: [Int] = []
  private(set) var problems: [LogProblem] = []
  private(set) var tail = LogTail.none
  /// See ``WriteLogIndex/foreignTailIdentity``.
  private(set) var foreignTailIdentity: UInt64?
  /// See ``WriteLogIndex/entryWithoutData``.
  private(set) var entryWithoutData: Int?
  /// As the extensions say; `nil` where no entry has one.
  private(set) var logIdentity: UInt64?
  private var forgetting: PageForgetting
  private var ahead: ReadAhead

  /// Room for this many entries is taken at once where the superblock counts them.
  private static let largestReservation = 1 << 24

  init(
    region: ByteRegion, sectorByteCount: UInt32, options: LogReadingOptions,
    countedEntryCount: UInt64
  ) {
    probe = EntryProbe(
      region: region, sectorByteCount: sectorByteCount, deviceByteCount: options.deviceByteCount)
    tailPolicy = options.tail
    self.countedEntryCount = countedEntryCount
    byteOffset = Int(sectorByteCount)
    forgetting = PageForgetting(region: region)
    ahead = ReadAhead(of: region, for: .headers)
    // The count is a claim: a file of this length cannot hold more than this many headers.
    let possible = min(region.byteCount / Int(sectorByteCount), Self.largestReservation)
    headerByteOffsets.reserveCapacity(Int(min(countedEntryCount, UInt64(possible))))
  }

  mutating func run() {
    walkCounted()
    guard problems.isEmpty else {
      let evidence = ChainEvidence(
        probe: probe, headerByteOffsets: headerByteOffsets, logIdentity: logIdentity)
      if let found = evidence.find() { problems.append(found) }
      return
    }
    walkTail()
  }

  private mutating func walkCounted() {
    while UInt64(headerByteOffsets.count) < countedEntryCount {
      switch step() {
      case .entry(let entry): accept(entry)
      case .end(let found):
        problems.append(endedEarly(found))
        return
      case .damaged(let error):
        problems.append(LogProblem(entryIndex: headerByteOffsets.count, error: error))
        return
      }
    }
  }

  /// Walks after the count: a damaged header ends the log there and is no problem, and so does an entry
  /// whose data is not there.
  private mutating func walkTail() {
    var usedEntryCount = 0
    while case .entry(let entry) = step(), isUsable(entry.extension) {
      guard probe.hasItsData(entry, at: byteOffset) else {
        entryWithoutData = headerByteOffsets.count
        break
      }
      accept(entry)
      usedEntryCount += 1
    }
    if usedEntryCount > 0 {
      tail = .used(entryCount: usedEntryCount)
    } else {
      tail = unusedTail()
    }
    noteForeignTail()
  }

  /// Whether an entry after the count belongs to the log; ``step()`` has refused those whose
  /// extension says that they do not.
  private func isUsable(_ found: EntryExtension?) -> Bool {
    switch tailPolicy {
    case .all: true
    case .none: false
    case .proven: found != nil && (headerByteOffsets.isEmpty || logIdentity != nil)
    }
  }

  /// What parses from here on, whoever it belongs to.
  private func unusedTail() -> LogTail {
    var ahead = byteOffset
    var entryCount = 0
    var forgetting = forgetting
    while case .entry(let entry) = probe.read(at: ahead) {
      ahead = entry.nextByteOffset
      entryCount += 1
      forgetting.pass(ahead)
    }
    return entryCount == 0 ? .none : .unproven(entryCount: entryCount)
  }

  private mutating func noteForeignTail() {
    guard let logIdentity, case .entry(let entry) = probe.read(at: byteOffset),
      let found = entry.extension, found.logIdentity != logIdentity
    else { return }
    foreignTailIdentity = found.logIdentity
  }

  private mutating func accept(_ entry: EntryProbe.Entry) {
    if let found = entry.extension { logIdentity = found.logIdentity }
    headerByteOffsets.append(byteOffset)
    byteOffset = entry.nextByteOffset
    ahead.pass(byteOffset)
    forgetting.pass(byteOffset)
  }

  /// The entry at ``byteOffset``; damaged as well where its extension says that it is another one.
  private func step() -> EntryProbe.Reading {
    let reading = probe.read(at: byteOffset)
    guard case .entry(let entry) = reading, let found = entry.extension else { return reading }
    let start =
      byteOffset
      + EntryExtension.byteOffset(
        flags: entry.header.flags, sectorByteCount: probe.sectorByteCount)
    guard found.logIdentity == logIdentity ?? found.logIdentity else {
      return .damaged(
        FormatError(
          .brokenChain, breaking: .l03, field: "logIdentity", at: UInt64(start + 8),
          expected: (logIdentity ?? 0).hex, found: found.logIdentity.hex,
          hint: "The header at byte \(byteOffset) is left over from an older log in this file."))
    }
    guard found.entryIndex == UInt64(headerByteOffsets.count) else {
      return .damaged(
        FormatError(
          .brokenChain, breaking: .l03, field: "entryIndex", at: UInt64(start + 16),
          expected: "\(headerByteOffsets.count)", found: "\(found.entryIndex)",
          hint: """
            The chain leads to another entry's header at byte \(byteOffset): an entry before it \
            was overwritten.
            """))
    }
    return reading
  }

  private func endedEarly(_ found: String) -> LogProblem {
    LogProblem(
      entryIndex: headerByteOffsets.count,
      error: FormatError(
        .outOfRange, breaking: .l04, field: "entryCount", at: 16,
        expected: "at most \(headerByteOffsets.count)",
        found: "\(countedEntryCount)",
        hint: """
          The superblock counts more entries than the chain holds: at byte \(byteOffset), where \
          entry \(headerByteOffsets.count) should start, there is \(found).
          """))
  }
}
