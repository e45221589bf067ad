import Bytes

/// Entries that stand one after the other with numbers that go up by one.
///
/// Source: [MS-VHDX] 2.3.2.
package struct LogRun: Equatable, Sendable {
  /// Why the run has no further entry.
  package enum Ending: Equatable, Sendable {
    case defect(LogEntryDefect)
    case sequenceNumber(expected: UInt64, found: UInt64)
    case wholeRing
  }

  /// Whether the run is the one to replay, and why not.
  package enum Standing: Equatable, Sendable {
    case active
    /// The head's Tail is where no entry of the run starts.
    case incomplete(tailByteOffset: UInt32)
    /// Another complete run has the larger number.
    case superseded(bySequenceNumber: UInt64)
  }

  /// In order, the first in front; at least one.
  package var entries: [FoundLogEntry]
  package var ending: Ending
  package var standing: Standing

  package var head: FoundLogEntry { entries[entries.count - 1] }

  package var byteCount: UInt64 { entries.reduce(0) { $0 + $1.byteCount } }

  /// Which entry the head's Tail names; `nil` where it names none.
  package var tailEntryIndex: Int? {
    entries.firstIndex { $0.ringByteOffset == UInt64(head.header.tailByteOffset) }
  }
}

/// What a search of the ring found.
package struct LogSearchReport: Sendable {
  /// A hostile ring has a run in each of a million sectors; of so many, with so many entries, only
  /// the first ones are kept, and the active one.
  package static let maximumRunCount = 1024
  static let maximumKeptEntryCount = 1 << 18

  /// The runs that were tried as a candidate, in the order found.
  package internal(set) var runs: [LogRun] = []
  /// How many more were tried and are not kept.
  package internal(set) var unlistedRunCount = 0
  /// How many entries of all runs carry another log's GUID: only with ``RecoveryBug/readsOldGUID``.
  package internal(set) var foreignEntryCount = 0
  private var keptEntryCount = 0
  private var isActiveExtra = false
  /// The run to replay; `nil` where there is none.
  package internal(set) var activeRunIndex: Int?
  /// What made a search with ``RecoveryBug/badDescriptorFatal`` give up.
  package internal(set) var fatalDefect: LogEntryDefect?
  /// Whether a search with a mistake would go on for ever.
  package internal(set) var neverEnds = false

  package var active: LogRun? { activeRunIndex.map { runs[$0] } }

  /// Keeps a run; the one that is active now takes the place of an earlier one where no more are kept.
  fileprivate mutating func add(_ run: LogRun, isActive: Bool) {
    let isKept =
      runs.count < Self.maximumRunCount
      && keptEntryCount + run.entries.count <= Self.maximumKeptEntryCount
    if isKept {
      keptEntryCount += run.entries.count
    } else if isActive {
      // A run that was kept only for being active makes room.
      if isActiveExtra, let index = activeRunIndex {
        runs.remove(at: index)
        unlistedRunCount += 1
      }
    } else {
      unlistedRunCount += 1
      return
    }
    if isActive {
      activeRunIndex = runs.count
      isActiveExtra = !isKept
    }
    runs.append(run)
  }
}

/// The search for the active sequence, step by step as the specification has it, with two safeguards
/// against going round for ever: it stops where it comes back to where it began, and a run has no
/// more bytes than the ring.
///
/// Source: [MS-VHDX] 2.3.3 (v20240423); the numbers of its steps stand in the code.
package struct LogSearch {
  private var check: LogEntryCheck
  private let profile: RecoveryProfile
  private let ring: LogRing
  private let logGUID: GUID
  private var report = LogSearchReport()

  private init(_ ring: LogRing, logGUID: GUID, profile: RecoveryProfile) {
    self.ring = ring
    self.profile = profile
    self.logGUID = logGUID
    check = LogEntryCheck(ring: ring, logGUID: logGUID, profile: profile)
  }

  /// Searches the whole ring.
  ///
  /// - Parameter logGUID: that of the current header.
  package static func run(
    _ ring: LogRing, logGUID: GUID, profile: RecoveryProfile = .exact
  ) -> LogSearchReport {
    var search = LogSearch(ring, logGUID: logGUID, profile: profile)
    search.run()
    return search.report
  }

  private struct Attempt {
    var entries: [FoundLogEntry] = []
    var byteCount: UInt64 = 0
    var ending = LogRun.Ending.wholeRing
    /// How much an entry with a bad checksum says that it covers.
    var unsealedByteCount: UInt64?
    var fatalDefect: LogEntryDefect?
  }

  private mutating func run() {
    let sector = UInt64(LogRing.sectorByteCount)
    // Where a search with a mistake goes back, nothing has changed, so it goes back for ever.
    let mostAttempts = ring.sectorCount + 1
    let mostSectors =
      max(4 * ring.sectorCount, min(64 * ring.sectorCount, 1 << 20)) + 1 << 18
    var current: UInt64 = 0
    var attemptCount: UInt64 = 0
    while true {
      attemptCount += 1
      guard attemptCount <= mostAttempts, check.readSectorCount <= mostSectors else {
        report.neverEnds = true
        return
      }
      let attempt = grow(from: current)  // Steps 2 and 3.
      if let defect = attempt.fatalDefect {
        report.fatalDefect = defect
        return
      }
      let isComplete = judge(attempt)  // Steps 4 and 5.
      var next = current
      if isComplete {  // Step 6.
        next += attempt.byteCount + skippedByteCount(behind: attempt)
      } else if attempt.entries.isEmpty {
        next += max(sector, skippedByteCount(behind: attempt))
        let passed = passedSectorCount(at: next)
        attemptCount += passed
        next += passed * sector
      } else {
        next += passesIncompleteRuns ? attempt.byteCount : sector
      }
      let wrapped = next % ring.byteCount
      if wrapped < current { return }  // Step 7.
      if wrapped == current && !profile.has(.searchNeverEnds) { return }
      if passesIncompleteRuns && next >= ring.byteCount { return }
      current = wrapped
    }
  }

  /// How many zero sectors follow at which the search would find nothing one after the other. The
  /// ring's last sector is always tried, so that the search ends as it does without this.
  private mutating func passedSectorCount(at ringByteOffset: UInt64) -> UInt64 {
    guard ringByteOffset < ring.byteCount else { return 0 }
    let left = (ring.byteCount - ringByteOffset) / UInt64(LogRing.sectorByteCount) - 1
    let count = min(ring.knownZeroSectorCount(at: ringByteOffset), left)
    check.pass(sectorCount: count)
    return count
  }

  /// Whether every later start inside of an incomplete run would give an incomplete run again. It
  /// does as long as entries cannot overlap: such a run has the same head, whose Tail is not even in
  /// the longer one. Trying them would take quadratic time on a hostile ring.
  private var passesIncompleteRuns: Bool {
    profile.bugs.isDisjoint(with: [
      .secondEntryUnchecked, .dataSignatureUnchecked, .lengthUnchecked, .searchNeverEnds,
    ])
  }

  private mutating func grow(from start: UInt64) -> Attempt {
    var attempt = Attempt()
    while attempt.byteCount < ring.byteCount || profile.has(.searchNeverEnds) {
      var required = attempt.entries.last.map { $0.header.sequenceNumber &+ 1 }
      if attempt.entries.count == 1 && profile.has(.secondEntryUnchecked) { required = nil }
      let place = ring.advanced(start, by: attempt.byteCount)
      switch check.verdict(at: place, required: required) {
      case .valid(let entry):
        if attempt.byteCount + entry.byteCount > ring.byteCount,
          !profile.has(.searchNeverEnds)
        {
          return attempt
        }
        attempt.entries.append(entry)
        attempt.byteCount += entry.byteCount
        continue
      case .discontinuous(let found):
        attempt.ending = .sequenceNumber(expected: required ?? 0, found: found)
      case .invalid(let defect):
        attempt.ending = .defect(defect)
      case .unsealed(let defect, let claimedByteCount):
        attempt.ending = .defect(defect)
        attempt.unsealedByteCount = claimedByteCount
      case .fatal(let defect):
        attempt.fatalDefect = defect
      }
      return attempt
    }
    return attempt
  }

  /// Takes note of a run; returns whether it is complete.
  private mutating func judge(_ attempt: Attempt) -> Bool {
    if attempt.entries.isEmpty { return false }
    if profile.has(.readsOldGUID) {
      report.foreignEntryCount += attempt.entries.count { $0.header.logGUID != logGUID }
    }
    var run = LogRun(entries: attempt.entries, ending: attempt.ending, standing: .active)
    guard run.tailEntryIndex != nil || profile.has(.tailIgnored) else {
      run.standing = .incomplete(tailByteOffset: run.head.header.tailByteOffset)
      report.add(run, isActive: false)
      return false
    }
    var isActive = true
    if let index = report.activeRunIndex {
      let best = report.runs[index]
      isActive = number(run) > number(best)
      if isActive {
        report.runs[index].standing = .superseded(
          bySequenceNumber: run.head.header.sequenceNumber)
      } else {
        run.standing = .superseded(bySequenceNumber: best.head.header.sequenceNumber)
      }
    }
    report.add(run, isActive: isActive)
    return true
  }

  /// What runs are compared by.
  private func number(_ run: LogRun) -> UInt64 {
    let entry = profile.has(.firstNumberCompared) ? run.entries[0] : run.head
    return entry.header.sequenceNumber
  }

  /// How much of the ring after an attempt is passed over by mistake.
  private func skippedByteCount(behind attempt: Attempt) -> UInt64 {
    if let claimed = attempt.unsealedByteCount, profile.has(.badChecksumSkipsClaim) {
      return claimed
    }
    return profile.has(.mismatchSkipsSector) && attempt.ending != .wholeRing
      ? UInt64(LogRing.sectorByteCount) : 0
  }
}
