import Bytes
import LogOracle
import Rules
import VHDX

/// Which entries of the ring a recovery went by that it must not use, told from what it left in the
/// file, and from what it wrote where that is known.
struct UsedEntries {
  struct Cause {
    var rule: Rule
    var entry: LoggedEntry
    /// What was found at which byte of the file.
    var sectorByteOffset: UInt64
    var why: String
  }

  /// The first cause of each rule, in the order found.
  private(set) var causes: [Cause] = []
  /// Sectors that hold what a replayed entry says, only not what they must hold in the end.
  private(set) var outOfOrder: [UInt64] = []
  /// Sectors that are still as they were before.
  private(set) var missing: [UInt64] = []
  /// Sectors in which only the bytes that a descriptor keeps are wrong.
  private(set) var withoutDescriptorBytes: [UInt64] = []
  /// Sectors with contents from nowhere.
  private(set) var unknown: [UInt64] = []

  private let expected: ExpectedRecovery

  /// - Parameter reference: what the file must hold.
  init(
    _ expected: ExpectedRecovery, _ seen: RecoveryObservation, reference: any ImageFile,
    sectors: [UInt64]
  ) {
    self.expected = expected
    for sector in sectors { explain(sector, seen.after, reference) }
    for change in seen.changes ?? [] { explain(change) }
  }

  private mutating func explain(
    _ sector: UInt64, _ after: any ImageFile, _ reference: any ImageFile
  ) {
    let found = after.sector(at: sector)
    if found == expected.before.sector(at: sector) {
      missing.append(sector)
      return
    }
    let wanted = reference.sector(at: sector)
    var isReplayed = false
    for entry in expected.survey where entry.puts(found, atSector: sector) {
      if expected.isReplayed(entry) { isReplayed = true } else { blame(entry, sector) }
    }
    if isReplayed {
      outOfOrder.append(sector)
    } else if found[8..<found.count - 4] == wanted[8..<wanted.count - 4] {
      withoutDescriptorBytes.append(sector)
    } else {
      unknown.append(sector)
    }
  }

  /// A change that only an entry outside of Tail to head asks for.
  private mutating func explain(_ change: ImageChange) {
    let sources: [LoggedEntry]
    switch change {
    case .write(let byteOffset, let bytes):
      guard UInt64(bytes.count) == OracleLog.sectorByteCount, !change.isHeader else { return }
      sources = expected.survey.filter { $0.puts(bytes, atSector: byteOffset) }
    case .zero(let range):
      sources = expected.survey.filter { $0.zeroes(range) }
    case .resize, .flush: return
    }
    if sources.contains(where: expected.isReplayed) { return }
    for entry in sources { blame(entry, change.range?.byteOffset ?? 0) }
  }

  private mutating func blame(_ entry: LoggedEntry, _ sector: UInt64) {
    let (rule, why) = reason(against: entry)
    if causes.contains(where: { $0.rule == rule }) { return }
    causes.append(Cause(rule: rule, entry: entry, sectorByteOffset: sector, why: why))
  }

  /// Why an entry must not be used.
  private func reason(against entry: LoggedEntry) -> (Rule, String) {
    if let defect = entry.header.defect {
      let rule = defect.isForeign ? Rule.s09 : defect.rule
      return (rule, "it is no valid entry: \(defect)")
    }
    guard let active = expected.active, let first = active.entries.first else {
      return (.r04, "no run of entries is complete")
    }
    guard let index = expected.runIndex(of: entry) else { return (.r04, "it is part of no run") }
    let run = expected.replay.runs[index]
    if index == expected.replay.active {
      return (.r04, "it stands before the entry that Tail names")
    }
    if run.tailIndex == nil {
      return (.r04, "its run is incomplete: no entry of it starts at Tail \(run.head.tail)")
    }
    return (
      run.entries[0].sequenceNumber > first.sequenceNumber ? .s03 : .s04,
      "its run is complete, but the run that ends with \(active.head.sequenceNumber) counts"
    )
  }
}

extension ImageChange {
  /// Whether it writes a header.
  var isHeader: Bool {
    guard case .write(let byteOffset, let bytes) = self else { return false }
    return HeaderSlot.allCases.contains { $0.byteOffset == byteOffset }
      && bytes.starts(with: VHDXHeader.signature)
  }

  /// The LogGuid, or another field of 16 bytes, of a header that is written.
  func headerGUID(at fieldByteOffset: Int) -> GUID? {
    guard isHeader, case .write(_, let bytes) = self,
      bytes.count >= fieldByteOffset + GUID.byteCount
    else { return nil }
    return GUID(loading: ByteRegion(bytes), at: fieldByteOffset)
  }
}
