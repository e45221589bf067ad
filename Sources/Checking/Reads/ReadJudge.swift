import Bytes
import CrashStates
import Rules
import Workload
import WriteLog

/// D11: what a read returned is, unit by unit, a version that the unit may have had between the read's
/// begin and its end.
///
/// Each unit of 512 bytes is a register (``UnitRegister``). A read may return a write that was submitted
/// before the read ended, unless another one superseded it that was submitted after it had ended and was
/// itself complete before the read began. A completed read that returned a version is as good as that
/// version's own completion: who reads later gets that one or a later one. What a session could not close
/// it may take with it, as far as nothing had made it durable.
struct ReadJudge {
  private let reads: [ClientHistory.Record]
  private let promises: Promises
  private let sessions: ClientSessions
  private let initialHash: (UInt64) -> Digest128
  /// Units that a resize cut in two: they hold a part of a version.
  private let cutUnits: Set<UInt64>
  /// Resizes of which nobody knows whether they took effect.
  private let doubtfulResizes: [ClientHistory.Record]

  /// - Parameters:
  ///   - reads: with what they returned.
  ///   - initialHash: that of a unit before the first operation.
  init(
    _ reads: [ClientHistory.Record], of client: ClientHistory, promises: Promises,
    initialHash: @escaping (UInt64) -> Digest128
  ) {
    // What ended first was returned first: it is known to those that began after it.
    self.reads = reads.sorted { ($0.endedAt ?? .max) < ($1.endedAt ?? .max) }
    self.promises = promises
    self.initialHash = initialHash
    sessions = ClientSessions(client)
    let resizes = client.records.filter { $0.operation.action == .resize }
    let unit = UInt64(StateSum.unitByteCount)
    cutUnits = Set(
      resizes.map(\.operation.range.byteCount).filter { $0 % unit > 0 }.map { $0 / unit })
    doubtfulResizes = resizes.filter { !$0.isAcknowledged }
  }

  /// The first wrong unit of each read that returned what it must not.
  func judge() -> [Violation] {
    var registers: [UInt64: UnitRegister] = [:]
    return reads.compactMap { read in
      var found: ReadFinding?
      for (unit, source) in Self.sources(of: read) where !cutUnits.contains(unit) {
        var register =
          registers[unit]
          ?? UnitRegister(promises.versions(ofUnit: unit), unit, initialHash(unit), sessions)
        let answer = register.judge(read, source, mayBeCutOff: mayBeCutOff(unit, read))
        registers[unit] = register
        if case .wrong(let newest) = answer {
          if found == nil { found = ReadFinding(read, unit, source, newest, promises) }
          found?.wrongUnitCount += 1
        }
      }
      return found?.violation
    }
  }

  private static func sources(
    of read: ClientHistory.Record
  ) -> some Sequence<(UInt64, ReadContents.Source)> {
    let sources = (read.readContents?.runs ?? []).lazy.flatMap { run in
      repeatElement(run.source, count: Int(clamping: run.unitCount))
    }
    return zip(read.operation.range.units, sources)
  }

  private func mayBeCutOff(_ unit: UInt64, _ read: ClientHistory.Record) -> Bool {
    doubtfulResizes.contains {
      $0.operation.range.byteCount / UInt64(StateSum.unitByteCount) <= unit
        && $0.beganAt < read.endedAt ?? .max
    }
  }
}

/// The sessions of a client, from one close to the next.
struct ClientSessions {
  private let closes: [ClientHistory.Record]

  init(_ client: ClientHistory) {
    closes = client.records.filter { $0.operation.action == .close }
  }

  /// The number of the session that an event belongs to, from zero.
  func number(of record: ClientHistory.Record) -> Int {
    closes.count { $0.beganAt < record.beganAt }
  }

  /// Whether every session from the one up to the other, which is not meant, could be closed.
  func areClosed(from first: Int, upTo other: Int) -> Bool {
    first >= other || closes[first..<other].allSatisfy(\.isAcknowledged)
  }
}

extension Evidence {
  /// More than clients read in a run. A mark can claim any length.
  private static let readUnitLimit: UInt64 = 1 << 22

  /// The reads that were carried out.
  private var answeredReads: [ClientHistory.Record] {
    (client?.records ?? []).filter {
      $0.operation.action == .read && $0.isAcknowledged && !$0.operation.range.isEmpty
    }
  }

  /// Why nobody can say what reads returned; `nil` where the history tells it.
  var whatReadsLack: String? {
    if client == nil || arePromisesImplied {
      return "the log does not say what a client's reads returned"
    }
    let reads = answeredReads
    if reads.isEmpty { return "no read of the client was answered" }
    if reads.contains(where: { $0.readContents == nil }) {
      return "the log does not say what the client's reads returned"
    }
    return areReadsTooLong
      ? "the client's reads have more than \(Self.readUnitLimit * UInt64(StateSum.unitByteCount)) bytes"
      : nil
  }

  private var areReadsTooLong: Bool {
    var room = Self.readUnitLimit
    return answeredReads.contains { read in
      let unitCount = UInt64(read.operation.range.units.count)
      if unitCount > room { return true }
      room -= unitCount
      return false
    }
  }

  /// What D11 says of the reads of which it is known what they returned.
  func judgeReads() -> [Violation] {
    let reads = answeredReads.filter { $0.readContents != nil }
    var known = self
    known.discardPromisesZeroes = discardPromisesZeroes && isWriterKnown
    guard !reads.isEmpty, !areReadsTooLong, let client, let promises = Promises(of: known) else {
      return []
    }
    return ReadJudge(reads, of: client, promises: promises, initialHash: initialUnitHash).judge()
  }

  /// The hash of what the client saw in a unit before the first operation.
  private var initialUnitHash: (UInt64) -> Digest128 {
    // A program's new image holds zeroes.
    if isOpaque { return { _ in StateSum.zeroUnitHash } }
    let initial = CrashState(cut: 0)
    if format.isRaw {
      return { [history] in history.unitHash(history.contents(ofUnit: $0, in: initial)) }
    }
    let map = format.reader(of: history, goesOn: false).read(initial).map
    return InitialDisk(history, map).hash(ofUnit:)
  }
}

extension RegisteredJudge {
  /// What was returned was returned, also where nobody can read the disk.
  static let reads = RegisteredJudge([.d11]) { recording in
    let lacking = recording.given.whatReadsLack
    return JudgeReport(
      recording.given.judgeReads(), missing: lacking.map { [.d11: $0] } ?? [:])
  }
}
