import Bytes
import Checking
import Rules
import VHDX

/// Entries of the image's log as they were written.
///
/// E01 to E11: an entry that was flushed is well-formed. S01: it continues the run. S02: its Tail is
/// in the run. S06: it takes no room that replay may need. S07: its Tail leaves nothing after that
/// is not stable in place. B10: it carries no payload. B11: it takes no place from a block of a fixed
/// disk. E12: its file lengths are true.
///
/// Source: [MS-VHDX] 2.3.1, 2.3.2, 2.6.2.1.
struct WrittenEntryRules: TraceRule {
  /// Whether the write log tells every change of the file's length.
  let tellsLengths: Bool
  /// FlushedFileOffset of the newest stable entry.
  private var promisedByteCount: UInt64?

  private let client: ClientTimes

  init(tellsLengths: Bool, client: ClientTimes) {
    self.tellsLengths = tellsLengths
    self.client = client
  }

  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList
  ) {
    switch event {
    case .entry(let entry): see(entry, model, &found)
    case .malformedEntry(let defect, let writtenBy):
      found.add(
        Violation(
          by: .writtenEntryRules, defect.reason.rule,
          "a log entry was flushed with \(defect.reason.rawValue)",
          entries: writtenBy.entries + [stamp.entryIndex],
          evidence: [
            defect.description, model.line(writtenBy.entryIndex, "its header"),
            model.line(stamp.entryIndex, "its flush"),
          ]))
    case .straySector(let byteOffset, let writtenBy):
      // An entry that wraps is written in two parts, and an error can leave one of them.
      if client.fails(inSessionOf: writtenBy.entryIndex) { return }
      found.add(
        Violation(
          by: .writtenEntryRules, .e01, "the log sector at byte \(byteOffset) belongs to no entry",
          entries: writtenBy.entries + [stamp.entryIndex],
          evidence: [model.line(writtenBy.entryIndex, "writes it")]))
    case .logWrite(let write): judgeRoom(write, stamp, model, &found)
    case .resize(_, let byteCount): judgeShrinking(byteCount, stamp, model, &found)
    default: break
    }
  }

  private mutating func see(
    _ entry: TracedLogEntry, _ model: TraceModel, _ found: inout ViolationList
  ) {
    if let name = entry.foreignTo {
      found.add(
        Violation(
          by: .writtenEntryRules, .e01,
          "\(entry.found.name) carries LogGuid \(entry.found.header.logGUID), the headers \(name)",
          entries: entry.entries))
      return
    }
    judgeRun(entry, model, &found)
    judgeTail(entry, model, &found)
    judgeLengths(entry, model, &found)
    if let target = entry.payloadTarget {
      found.add(
        Violation(
          by: .writtenEntryRules, .b10,
          "\(entry.found.name) carries payload: bytes \(target)", entries: entry.entries,
          evidence: ["the block table maps a payload block there"]))
    }
    if model.layout.leavesBlocksAllocated, let emptied = entry.emptiedTableEntry {
      found.add(
        Violation(
          by: .writtenEntryRules, .b11,
          "\(entry.found.name) takes the place of a block of a fixed disk away",
          entries: entry.entries, evidence: ["entry \(emptied) of the block table named it"]))
    }
    promisedByteCount = entry.found.header.flushedByteCount
  }

  // MARK: Sequence

  /// An entry may start a run of its own elsewhere, where it has the larger number and its Tail is
  /// itself; anything else must continue.
  private func judgeRun(
    _ entry: TracedLogEntry, _ model: TraceModel, _ found: inout ViolationList
  ) {
    guard let head = entry.previousHead, let ring = model.ring else { return }
    let header = entry.found.header
    let place = ring.advanced(head.ringByteOffset, by: head.byteCount)
    let isNext =
      header.sequenceNumber == head.header.sequenceNumber &+ 1
      && entry.found.ringByteOffset == place
    let startsAnother =
      header.sequenceNumber > head.header.sequenceNumber
      && UInt64(header.tailByteOffset) == entry.found.ringByteOffset
    if isNext || startsAnother { return }
    found.add(
      Violation(
        by: .writtenEntryRules, .s01,
        """
        \(entry.found.name) does not follow \(head.name): number \
        \(head.header.sequenceNumber &+ 1) at ring byte \(place) would
        """,
        entries: entry.entries))
  }

  private func judgeTail(
    _ entry: TracedLogEntry, _ model: TraceModel, _ found: inout ViolationList
  ) {
    if !entry.isTailInRun {
      found.add(
        Violation(
          by: .writtenEntryRules, .s02,
          "\(entry.found.name) has Tail \(entry.found.header.tailByteOffset), where no entry of its run starts",
          entries: entry.entries))
    }
    guard let home = entry.passedHomes.first else { return }
    found.add(
      Violation(
        by: .writtenEntryRules, .s07,
        """
        \(entry.found.name) moves Tail past \(home.entry.name), whose sector at byte \
        \(home.sectorByteOffset) is not stable in place
        """,
        entries: (home.homeWrite?.entries ?? []) + entry.firstStamp.entries,
        evidence: home.lines(model) + [
          model.line(entry.firstStamp.entryIndex, "the entry with the new Tail")
        ]))
  }

  private func judgeRoom(
    _ write: TracedLogWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    guard let first = write.overwritten.first, write.retiredBy == nil,
      let sequence = model.sequence, sequence.guid == model.written?.header.logGUID
    else { return }
    found.add(
      Violation(
        by: .writtenEntryRules, .s06,
        "log bytes \(write.range) are overwritten while replay still needs \(first.name)",
        entries: [stamp.entryIndex],
        evidence: [
          "the newest stable entry is \(sequence.head?.name ?? "none"), with Tail "
            + "\(sequence.head?.header.tailByteOffset ?? 0)",
          model.line(stamp.entryIndex, "overwrites \(write.overwritten.count) entries before that"),
        ]))
  }

  // MARK: Lengths

  private func judgeLengths(
    _ entry: TracedLogEntry, _ model: TraceModel, _ found: inout ViolationList
  ) {
    let header = entry.found.header
    if tellsLengths && header.flushedByteCount > entry.stableByteCount {
      found.add(
        Violation(
          by: .writtenEntryRules, .e12,
          """
          \(entry.found.name) promises a file of \(header.flushedByteCount) bytes where only \
          \(entry.stableByteCount) were stable
          """,
          entries: entry.entries))
    }
    if let byteCount = entry.reachableByteCount, header.lastByteCount < byteCount {
      found.add(
        Violation(
          by: .writtenEntryRules, .e12,
          """
          \(entry.found.name) has LastFileOffset \(header.lastByteCount) where structures end at \
          \(byteCount)
          """,
          entries: entry.entries))
    }
  }

  /// A file is cut off only when the newest entry no longer promises the length.
  private func judgeShrinking(
    _ byteCount: UInt64, _ stamp: TraceStamp, _ model: TraceModel, _ found: inout ViolationList
  ) {
    guard let promisedByteCount, byteCount < promisedByteCount,
      let name = model.stableHeader?.logGUID, !name.isZero, model.sequence?.guid == name
    else { return }
    found.add(
      Violation(
        by: .writtenEntryRules, .e12,
        "the file is cut to \(byteCount) bytes while the log promises \(promisedByteCount)",
        entries: [stamp.entryIndex],
        evidence: ["LogGuid \(name) is stable, so an opening finds the file too short"]))
  }
}

extension TracedLogEntry {
  /// The entries of the write log that wrote it.
  var entries: [Int] {
    firstStamp == lastStamp
      ? firstStamp.entries : firstStamp.entries + lastStamp.entries
  }
}
