import Bytes
import Checking
import VHDX
import Workload

/// What a session owes before it changes the image.
///
/// H13: a header with a new FileWriteGuid is the first change, and stable before the next. H14: a
/// new DataWriteGuid is stable before the first change that the guest can see. H15: without such a
/// change DataWriteGuid stays. R08: an image that was not closed is replayed before anything but
/// headers and log is touched. H02: the identifier is never written.
///
/// Source: [MS-VHDX] 2.2.1, 2.2.2, 2.3.3.
struct SessionRules: TraceRule {
  private var session: TracedSession?
  /// The header write that brought the new value, and whether the rule was judged.
  private var fileWrite: TraceStamp?
  private var dataWrite: TraceStamp?
  /// The flush that made it stable; for FUA the write itself.
  private var dataWriteStableAt: Int?
  private var isFileWriteJudged = false
  private var isVisibleJudged = false
  private var hasVisibleChange = false
  private var isReplayed = false
  private var isReplayJudged = false

  /// What the client did when; without it nothing is said of what a session did not do.
  private let client: ClientTimes

  mutating func see(
    _ event: TraceEvent, at stamp: TraceStamp, in model: TraceModel, _ found: inout ViolationList
  ) {
    switch event {
    case .sessionStart(let session): start(session, stamp, &found)
    case .headerWrite(let write): see(write, stamp, model, &found)
    case .identifierWrite(let range):
      found.add(
        Violation(
          by: .sessionRules, .h02, "bytes \(range) of the file identifier's 64 KiB are written",
          entries: [stamp.entryIndex]))
      judgeFileWrite(stamp, model, &found)
    case .guestWrite(let range, let isPayload):
      judgeFileWrite(stamp, model, &found)
      judgeReplay(range, stamp, model, &found)
      if isPayload { judgeVisible("payload \(range) is written", stamp, model, &found) }
    case .homeWrite(let write):
      judgeFileWrite(stamp, model, &found)
      if write.source == .none {
        judgeReplay(write.range, stamp, model, &found)
        if write.owner == .blockTable {
          judgeVisible("block table bytes \(write.range) are written", stamp, model, &found)
        }
      }
    case .logWrite, .resize: judgeFileWrite(stamp, model, &found)
    case .entry(let entry):
      if entry.changesBlockTable && entry.foreignTo == nil {
        judgeVisible("\(entry.found.name) changes the block table", entry.firstStamp, model, &found)
      }
    case .flush:
      if dataWrite != nil && dataWriteStableAt == nil { dataWriteStableAt = stamp.entryIndex }
    case .malformedEntry, .straySector: break
    }
  }

  private mutating func start(
    _ next: TracedSession, _ stamp: TraceStamp, _ found: inout ViolationList
  ) {
    judgeUnneeded(&found)
    self = SessionRules(client: client)
    session = next
  }

  /// Judges the last session, where its end is known.
  mutating func end(_ found: inout ViolationList) { judgeUnneeded(&found) }

  // MARK: Headers

  private mutating func see(
    _ write: TracedHeaderWrite, _ stamp: TraceStamp, _ model: TraceModel,
    _ found: inout ViolationList
  ) {
    guard let start = session?.header, case .success(let header) = write.outcome else {
      judgeFileWrite(stamp, model, &found)
      return
    }
    if fileWrite == nil && header.fileWriteGUID != start.fileWriteGUID { fileWrite = stamp }
    if fileWrite == nil { judgeFileWrite(stamp, model, &found) }
    if dataWrite == nil && header.dataWriteGUID != start.dataWriteGUID {
      dataWrite = stamp
      if stamp.isFUA { dataWriteStableAt = stamp.entryIndex }
      if session?.isDirty == true && !isReplayed {
        found.add(
          Violation(
            by: .sessionRules, .h15,
            "DataWriteGuid changes although the log of the last session is only replayed",
            entries: [stamp.entryIndex],
            evidence: [
              "before: \(start.dataWriteGUID), now: \(header.dataWriteGUID)",
              "LogGuid \(start.logGUID) was not cleared yet",
            ]))
      }
    }
    if header.logGUID != start.logGUID { isReplayed = true }
  }

  private mutating func judgeFileWrite(
    _ stamp: TraceStamp, _ model: TraceModel, _ found: inout ViolationList
  ) {
    if isFileWriteJudged { return }
    if let fileWrite, model.isStable(fileWrite) {
      isFileWriteJudged = true
      return
    }
    isFileWriteJudged = true
    let reason =
      fileWrite.map { model.line($0.entryIndex, "the new FileWriteGuid, not flushed") }
      ?? "no header with a new FileWriteGuid was written in this session"
    found.add(
      Violation(
        by: .sessionRules, .h13,
        "session \(session?.number ?? 0) changes the image before its new FileWriteGuid is stable",
        entries: (fileWrite?.entries ?? []) + [stamp.entryIndex],
        evidence: [reason, model.line(stamp.entryIndex, "the change")]))
  }

  // MARK: What the guest sees

  private mutating func judgeVisible(
    _ change: String, _ stamp: TraceStamp, _ model: TraceModel, _ found: inout ViolationList
  ) {
    hasVisibleChange = true
    if isVisibleJudged { return }
    isVisibleJudged = true
    // An entry is judged when it is stable, and was written some flushes ago.
    if let stableAt = dataWriteStableAt, stableAt < stamp.entryIndex { return }
    let reason =
      dataWrite.map { model.line($0.entryIndex, "the new DataWriteGuid, not flushed by then") }
      ?? "no header with a new DataWriteGuid was written in this session"
    found.add(
      Violation(
        by: .sessionRules, .h14, "\(change) before the session's new DataWriteGuid is stable",
        entries: (dataWrite?.entries ?? []) + stamp.entries,
        evidence: [reason, model.line(stamp.entryIndex, "the first change that the guest sees")]))
  }

  /// H15 for a session that is over: the new DataWriteGuid was for nothing. A change that the client
  /// asked for and that failed is a good reason too.
  private func judgeUnneeded(_ found: inout ViolationList) {
    guard let dataWrite, !hasVisibleChange, let session,
      client.closesWithoutAskingForChanges(sessionOf: dataWrite.entryIndex)
    else { return }
    found.add(
      Violation(
        by: .sessionRules, .h15,
        "session \(session.number) changes DataWriteGuid and nothing that the guest can see",
        entries: [dataWrite.entryIndex]))
  }

  // MARK: Replay first

  private mutating func judgeReplay(
    _ range: ByteRange, _ stamp: TraceStamp, _ model: TraceModel, _ found: inout ViolationList
  ) {
    guard session?.isDirty == true, !isReplayed, !isReplayJudged else { return }
    isReplayJudged = true
    found.add(
      Violation(
        by: .sessionRules, .r08,
        "bytes \(range) are written while the log of the last session is not replayed",
        entries: [stamp.entryIndex],
        evidence: [
          "LogGuid is still \(session?.header?.logGUID ?? .zero)",
          model.line(stamp.entryIndex, "nothing of this is in the log"),
        ]))
  }
}

extension SessionRules {
  init(client: ClientTimes) {
    self.client = client
    session = nil
  }
}

/// When the client closed the disk, asked for a change and was refused, in entries of the write log.
struct ClientTimes {
  /// How many entries there were when each close was answered, be it with an error, ascending.
  private(set) var closes: [Int] = []
  private var changes: [Int] = []
  private var failures: [Int] = []

  init(_ client: ClientHistory?) {
    for record in client?.records ?? [] {
      if !record.isAcknowledged { failures.append(record.entryCountAtBegin) }
      switch record.operation.action {
      case .close:
        if let end = record.entryCountAtEnd { closes.append(end) }
      case .write, .writeZeroes, .discard, .resize: changes.append(record.entryCountAtBegin)
      case .read, .flush: break
      }
    }
    closes.sort()
  }

  /// Whether the client closed the session of an entry.
  func closes(sessionOf entryIndex: Int) -> Bool { closes.contains { $0 > entryIndex } }

  /// Whether the client was refused something in the session of an entry.
  func fails(inSessionOf entryIndex: Int) -> Bool {
    let end = closes.first { $0 > entryIndex } ?? .max
    let start = closes.last { $0 <= entryIndex } ?? 0
    return failures.contains { $0 >= start && $0 < end }
  }

  /// Whether the session of an entry was closed, and the client asked for no change in it.
  func closesWithoutAskingForChanges(sessionOf entryIndex: Int) -> Bool {
    guard let end = closes.first(where: { $0 > entryIndex }) else { return false }
    let start = closes.last { $0 <= entryIndex } ?? 0
    return !changes.contains { $0 >= start && $0 < end }
  }
}
