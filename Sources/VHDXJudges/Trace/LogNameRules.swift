import Bytes
import Checking
import VHDX

/// How a log gets its name and loses it.
///
/// H16: log space is not overwritten under an old name. H17: a name is used once. S05: the headers
/// name a log only when a valid sequence of it is stable. R10: what the log carries is stable in
/// its place before the headers give the name up.
///
/// Source: [MS-VHDX] 2.2.2, 2.3.2, 2.3.3.
struct LogNameRules: TraceRule {
  /// Every name that a header ever held or that an entry was written with.
  private var usedNames: Set<GUID> = []
  private var isStarted = false
  /// The name that the first entry of a log is written with before the headers have it.
  private var coming: GUID?

  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList
  ) {
    if !isStarted {
      isStarted = true
      if let name = model.written?.header.logGUID, !name.isZero { usedNames.insert(name) }
    }
    switch event {
    case .headerWrite(let write):
      judgeClearing(write, stamp, model, &found)
      judgeNaming(write, stamp, model, &found)
    case .entry(let entry): see(entry, model, &found)
    case .logWrite(let write): see(write, stamp, model, &found)
    default: break
    }
  }

  // MARK: Naming

  private mutating func judgeNaming(
    _ write: TracedHeaderWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    guard case .success(let header) = write.outcome, !header.logGUID.isZero,
      header.logGUID != write.before?.header.logGUID
    else { return }
    let name = header.logGUID
    if usedNames.contains(name) && coming != name {
      found.add(
        Violation(
          by: .logNameRules, .h17, "LogGuid \(name) names a log again that had lost it",
          entries: [stamp.entryIndex],
          evidence: [model.line(stamp.entryIndex, "entries of the older log count again")]))
    }
    usedNames.insert(name)
    coming = nil
    guard model.sequence?.guid != name || model.sequence?.head == nil else { return }
    found.add(
      Violation(
        by: .logNameRules, .s05, "LogGuid \(name) is set while no stable log entry carries it",
        entries: [stamp.entryIndex],
        evidence: [
          model.line(stamp.entryIndex, "a cut behind it leaves a log without a valid sequence"),
          model.lastFlushLine,
        ]))
  }

  private mutating func see(
    _ entry: TracedLogEntry, _ model: TraceModel, _ found: inout ViolationList
  ) {
    let name = entry.found.header.logGUID
    guard model.written?.header.logGUID.isZero == true, coming != name else { return }
    if usedNames.contains(name) {
      found.add(
        Violation(
          by: .logNameRules, .h17,
          "\(entry.found.name) carries LogGuid \(name), which an older log had",
          entries: entry.firstStamp.entries))
    }
    usedNames.insert(name)
    coming = name
  }

  // MARK: Losing the name

  private func judgeClearing(
    _ write: TracedHeaderWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    guard let home = write.unstableHomes.first else { return }
    found.add(
      Violation(
        by: .logNameRules, .r10,
        """
        LogGuid is taken away while bytes \(home.sectorByteOffset) to \
        \(home.sectorByteOffset + TracedFile.sectorByteCount - 1) of \(home.entry.name) are not \
        stable in place
        """,
        entries: (home.homeWrite?.entries ?? []) + [stamp.entryIndex],
        evidence: home.lines(model) + [
          "\(write.unstableHomes.count) sectors are lost with the log", model.lastFlushLine,
        ]))
  }

  private func see(
    _ write: TracedLogWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    guard let retiredBy = write.retiredBy, !model.isStable(retiredBy),
      let first = write.overwritten.first
    else { return }
    found.add(
      Violation(
        by: .logNameRules, .h16,
        "log bytes \(write.range) are overwritten while the old LogGuid can still come back",
        entries: retiredBy.entries + [stamp.entryIndex],
        evidence: [
          model.line(retiredBy.entryIndex, "takes LogGuid away, and is not flushed"),
          model.line(stamp.entryIndex, "overwrites \(first.name)"),
        ]))
  }
}

extension UnstableHome {
  func lines(_ model: TraceModel) -> [String] {
    guard let homeWrite else { return ["they were never written in place"] }
    return [model.line(homeWrite.entryIndex, "the home write, not flushed")]
  }
}
