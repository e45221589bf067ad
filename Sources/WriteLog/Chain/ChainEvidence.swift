import Bytes

/// Rule L03: looks for an entry that begins inside of another one's data, once the chain has broken
/// before the superblock's count.
///
/// That is how a logger leaves its file which places an entry while another one, whose data is still
/// to come, has claimed only its header sector: the chain steps over the second entry as if it were
/// data and then meets whatever stands there, most often zeroes. Which sector of data is a header
/// cannot be known for sure unless it carries an extension; the search says which it is.
struct ChainEvidence {
  let probe: EntryProbe
  let headerByteOffsets: [Int]
  /// That of the chain, see ``EntryExtension``.
  let logIdentity: UInt64?

  /// How far back the search goes: a chain can hit upon a later header by chance and go on for a
  /// while.
  static let searchedEntryCount = 64
  /// How many sectors of each entry's data are looked at, from its start.
  static let searchedSectorCount = 1024
  /// How many sectors that could be headers are followed.
  static let followedCandidateCount = 256
  /// How far each is followed.
  static let followedEntryCount = 16

  private struct Candidate {
    var outerIndex: Int
    var byteOffset: Int
    var entry: EntryProbe.Entry
    var isProven: Bool
    /// How many entries the chain from here has, this one included.
    var chainEntryCount: Int
  }

  /// The entry that explains the break best: a proven one, else the start of the longest chain.
  func find() -> LogProblem? {
    var best: Candidate?
    var budget = Self.followedCandidateCount
    for index in headerByteOffsets.indices.suffix(Self.searchedEntryCount).reversed() {
      guard let found = bestCandidate(inEntryAt: index, &budget) else { continue }
      if found.isProven { return problem(found) }
      if found.chainEntryCount > best?.chainEntryCount ?? 0 { best = found }
    }
    return best.map(problem)
  }

  private func bestCandidate(inEntryAt index: Int, _ budget: inout Int) -> Candidate? {
    let sector = Int(probe.sectorByteCount)
    guard case .entry(let outer) = probe.read(at: headerByteOffsets[index]) else { return nil }
    let start = headerByteOffsets[index] + sector
    let end = min(outer.nextByteOffset, start + Self.searchedSectorCount * sector)
    var best: Candidate?
    for byteOffset in stride(from: start, to: end, by: sector) {
      guard budget > 0 else { break }
      guard couldBeHeader(at: byteOffset) else { continue }
      budget -= 1
      guard let found = candidate(at: byteOffset, outer: outer, outerIndex: index) else { continue }
      if found.isProven { return found }
      if found.chainEntryCount > best?.chainEntryCount ?? 0 { best = found }
    }
    return best
  }

  /// A cheap question that almost all data says no to.
  private func couldBeHeader(at byteOffset: Int) -> Bool {
    let header = EntryHeader(loading: probe.region, at: byteOffset)
    return !header.isEmpty && header.flags.isSubset(of: .known)
      && header.textByteCount < UInt64(probe.sectorByteCount)
  }

  private func candidate(
    at byteOffset: Int, outer: EntryProbe.Entry, outerIndex: Int
  ) -> Candidate? {
    guard case .entry(let entry) = probe.read(at: byteOffset) else { return nil }
    let isProven: Bool
    switch (outer.extension, entry.extension) {
    case (nil, nil): isProven = false
    case (_?, let found?):
      guard found.logIdentity == logIdentity, found.entryIndex > UInt64(outerIndex) else {
        return nil
      }
      isProven = true
    // A log inside of the logged data: its writer does not write as this log's does.
    default: return nil
    }
    let chainEntryCount = chainEntryCount(from: byteOffset)
    // One header alone can be data that looks like one, save where the next entry would be placed
    // if the outer one had no data.
    let isFirstSector = byteOffset == headerByteOffsets[outerIndex] + Int(probe.sectorByteCount)
    guard isProven || isFirstSector || chainEntryCount > 1 else { return nil }
    return Candidate(
      outerIndex: outerIndex, byteOffset: byteOffset, entry: entry, isProven: isProven,
      chainEntryCount: chainEntryCount)
  }

  private func chainEntryCount(from byteOffset: Int) -> Int {
    var byteOffset = byteOffset
    var entryCount = 0
    while entryCount < Self.followedEntryCount, case .entry(let entry) = probe.read(at: byteOffset)
    {
      byteOffset = entry.nextByteOffset
      entryCount += 1
    }
    return entryCount
  }

  private func problem(_ found: Candidate) -> LogProblem {
    let outer = headerByteOffsets[found.outerIndex]
    let header = found.entry.header
    let name =
      if let proof = found.entry.extension {
        "the header of entry \(proof.entryIndex), proven by its extension"
      } else {
        "what reads as the header of entry \(found.outerIndex + 1) or a later one"
      }
    let more = found.chainEntryCount == Self.followedEntryCount ? " or more" : ""
    return LogProblem(
      entryIndex: found.outerIndex,
      error: FormatError(
        .brokenChain, breaking: .l03, field: "data", at: UInt64(found.byteOffset),
        expected: "data of entry \(found.outerIndex), whose header is at byte \(outer)",
        found: """
          \(name): sector \(header.sector), \(header.sectorCount) sectors, flags \(header.flags), \
          with a chain of \(found.chainEntryCount)\(more) from there
          """,
        hint: """
          The logger gave one place to two entries, as QEMU before 7.2.9, 8.2.1 and 9.0 does when \
          another request starts beside a write-zeroes: record again with a fixed logger.
          """))
  }
}
