import Bytes
import VHDX

/// What the specification makes of a dirty image.
struct ExpectedRecovery {
  let before: any ImageFile
  let outcome: RecoveryOutcome
  /// The file as recovery must leave it; as it was, where it must be refused.
  let file: OverlayImage
  let current: CurrentHeader?
  /// `nil` where the log is empty or no header says where it is.
  let ring: LogRing?
  let runs: [LogRun]
  let active: LogRun?
  /// Everything that looks like an entry; `nil` where there is no ring.
  let survey: LogSurvey?

  init(_ before: any ImageFile, options: RecoveryOptions) {
    self.before = before
    file = OverlayImage(before)
    outcome = Recovery(options: options).run(on: file)
    current = try? HeaderPair(reading: before).current(fileByteCount: before.byteCount)
    guard let header = current?.header, let range = header.logRange,
      range.byteCount >= UInt64(LogRing.sectorByteCount)
    else {
      ring = nil
      runs = []
      active = nil
      survey = nil
      return
    }
    let ring = LogRing(before, range: range)
    let report = LogSearch.run(ring, logGUID: header.logGUID)
    self.ring = ring
    runs = report.runs
    active = header.logGUID.isZero ? nil : report.active
    survey = LogSurvey(ring, logGUID: header.logGUID)
  }

  /// The entries to replay, from the Tail to the newest.
  var replayed: [FoundLogEntry] {
    guard let active, let first = active.tailEntryIndex else { return [] }
    return Array(active.entries[first...])
  }

  /// Whether the image opens, and with what it then holds; `nil` where that is a matter of how long a
  /// file the surroundings allow, which no rule decides.
  var opens: Bool? {
    switch outcome {
    case .notNeeded, .recovered: true
    case .refused(.tooLong): nil
    case .refused, .openedWithoutReplay, .neverEnds: false
    }
  }

  func isReplayed(_ entry: LogSurvey.Entry) -> Bool {
    replayed.contains { $0.ringByteOffset == entry.found.ringByteOffset }
  }

  /// The run that an entry is part of.
  func run(of entry: LogSurvey.Entry) -> LogRun? {
    runs.first { run in
      run.entries.contains { $0.ringByteOffset == entry.found.ringByteOffset }
    }
  }
}
