import Bytes

/// The one pass over a log that finds where each entry starts.
struct ChainWalk {
  let region: ByteRegion
  let sectorByteCount: UInt32
  let options: LogReadingOptions
  let countedEntryCount: UInt64

  private(set) var byteOffset: Int
  private(set) var headerByteOffsets: [Int] = []
  private(set) var problems: [LogProblem] = []
  private(set) var tail = LogTail.none
  private var logIdentity: UInt64?
  private var forgottenByteOffset = 0

  /// After how many bytes the pages that were walked through are given back.
  private static let forgettingStride = 64 << 20

  init(
    region: ByteRegion, sectorByteCount: UInt32, options: LogReadingOptions,
    countedEntryCount: UInt64
  ) {
    self.region = region
    self.sectorByteCount = sectorByteCount
    self.options = options
    self.countedEntryCount = countedEntryCount
    byteOffset = Int(sectorByteCount)
    // The count is a claim: a file of this length cannot hold more than this many headers.
    let possible = UInt64(region.byteCount / Int(sectorByteCount))
    headerByteOffsets.reserveCapacity(Int(min(countedEntryCount, possible)))
  }

  mutating func run() {
    walkCounted()
    guard problems.isEmpty else { return }
    walkTail()
  }

  private mutating func walkCounted() {
    while UInt64(headerByteOffsets.count) < countedEntryCount {
      switch step() {
      case .entry(let next, let found):
        if headerByteOffsets.isEmpty { logIdentity = found?.logIdentity }
        accept(next: next)
      case .end(let found):
        problems.append(endedEarly(found))
        return
      case .problem(let problem):
        problems.append(problem)
        return
      }
    }
  }

  /// Walks behind the count: a damaged header ends the log there and is no problem.
  private mutating func walkTail() {
    var usedEntryCount = 0
    while case .entry(let next, let found) = step(), isUsable(found) {
      if headerByteOffsets.isEmpty { logIdentity = found?.logIdentity }
      accept(next: next)
      usedEntryCount += 1
    }
    if usedEntryCount > 0 {
      tail = .used(entryCount: usedEntryCount)
      return
    }
    let unproven = countParsing()
    if unproven > 0 { tail = .unproven(entryCount: unproven) }
  }

  private func isUsable(_ found: EntryExtension?) -> Bool {
    switch options.tail {
    case .all: true
    case .none: false
    case .proven:
      found.map { headerByteOffsets.isEmpty || $0.logIdentity == logIdentity } ?? false
    }
  }

  /// How many entries parse from here on, whoever they belong to.
  private func countParsing() -> Int {
    var ahead = self
    var count = 0
    while case .entry(let next, _) = ahead.step(isIndexChecked: false) {
      ahead.byteOffset = next
      count += 1
    }
    return count
  }

  private mutating func accept(next: Int) {
    headerByteOffsets.append(byteOffset)
    byteOffset = next
    if byteOffset - forgottenByteOffset > Self.forgettingStride {
      let end = min(byteOffset, region.byteCount)
      region.forgetPages(in: forgottenByteOffset..<end)
      forgottenByteOffset = end
    }
  }

  // MARK: One header

  private enum Step {
    case entry(next: Int, extension: EntryExtension?)
    /// The file ends here, or nothing was ever written here.
    case end(found: String)
    case problem(LogProblem)
  }

  /// Reads the header at ``byteOffset`` and says where the next one would be.
  private func step(isIndexChecked: Bool = true) -> Step {
    let sector = Int(sectorByteCount)
    guard byteOffset <= region.byteCount - sector else {
      return .end(found: "the end of the file at byte \(region.byteCount)")
    }
    let header = EntryHeader(loading: region, at: byteOffset)
    if header.isEmpty && region.isZero(in: byteOffset..<byteOffset + min(sector, 512)) {
      return .end(found: "a sector of zeroes")
    }
    do {
      try HeaderCheck(walk: self, header: header).run()
      let found = try EntryExtension(
        parsing: region, headerByteOffset: byteOffset, flags: header.flags,
        sectorByteCount: sectorByteCount)
      if isIndexChecked, let found { try checkPlace(found) }
      let next = byteOffset + sector + Int(header.payloadSectorCount) * sector
      return .entry(next: next, extension: found)
    } catch {
      let kind: LogProblem.Kind = error.kind == .brokenChain ? .chain : .header
      return .problem(LogProblem(kind, entryIndex: headerByteOffsets.count, error: error))
    }
  }

  private func checkPlace(_ found: EntryExtension) throws(FormatError) {
    guard found.entryIndex == UInt64(headerByteOffsets.count) else {
      throw FormatError(
        .brokenChain, field: "entryIndex", at: UInt64(byteOffset),
        expected: "\(headerByteOffsets.count)", found: "\(found.entryIndex)",
        hint: "The chain leads to another entry's header: an entry before it was overwritten.")
    }
  }

  private func endedEarly(_ found: String) -> LogProblem {
    LogProblem(
      .count, entryIndex: headerByteOffsets.count,
      error: FormatError(
        .outOfRange, field: "entryCount", at: 16, expected: "at most \(headerByteOffsets.count)",
        found: "\(countedEntryCount)",
        hint: """
          The superblock counts more entries than the chain holds: at byte \(byteOffset), where \
          entry \(headerByteOffsets.count) should start, there is \(found).
          """))
  }
}
