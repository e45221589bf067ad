import Nights
import Reporting
import Rules

/// The rows of the night's tables, in the words of its template.
struct TargetRow: Sendable {
  struct Broken: Sendable {
    let rule: String
    let failure: String
    let count: String
  }

  let target: String
  /// What is under test, where the name does not say it.
  let subjects: [String]
  let seeds: String
  let ranges: [String]
  let states: String
  let distinctStates: String
  let promises: String
  let rate: String
  let broken: [Broken]

  init(_ report: TargetReport) {
    let tally = report.tally
    target = report.name
    let known = report.known.map { "known: \($0)" }
    subjects = [report.subject == report.name ? nil : report.subject, known].compactMap { $0 }
    seeds = PageNumbers.grouped(tally.seedCount)
    ranges = [report.seeds.map { "\($0)" }].compactMap { $0 }
    states = PageNumbers.grouped(tally.counts.states)
    distinctStates = PageNumbers.grouped(tally.counts.distinctStates)
    promises = PageNumbers.grouped(tally.counts.promises)
    rate = PageNumbers.rate(tally.seedCount, nanoseconds: report.nanoseconds)
    broken = tally.brokenRules.map { rule in
      Broken(
        rule: rule.rawValue, failure: rule.failure,
        count: counted(tally.broken[rule]?.count ?? 0, "seed"))
    }
  }
}

struct NightRow: Sendable {
  let night: Int
  let date: String
  let seeds: String
  let states: String
  let promises: String
  let new: Int
  let known: Int
  let gone: Int
  let versions: String
  /// Whether it is the night that the page is about.
  let isShown: Bool

  init(_ summary: NightSummary, isShown: Bool) {
    night = summary.night
    date = PageNumbers.date(summary.time)
    seeds = PageNumbers.grouped(summary.seedCount)
    states = PageNumbers.grouped(summary.stateCount)
    promises = PageNumbers.grouped(summary.promiseCount)
    new = summary.newCount
    known = summary.knownCount
    gone = summary.goneCount
    versions = summary.toolVersions.joined(separator: ", ")
    self.isShown = isShown
  }
}

struct WorkerRow: Sendable {
  let shard: String
  let host: String
  let date: String
  let duration: String
  let version: String
  let end: String

  init(_ worker: WorkerSummary) {
    shard = worker.shard.description
    host = worker.host
    date = PageNumbers.date(worker.time)
    duration = worker.end.map { PageNumbers.duration($0.nanoseconds) } ?? "–"
    version = worker.toolVersion
    end = Self.words(worker.end)
  }

  private static func words(_ end: WorkerEnd?) -> String {
    switch end?.reason {
    case .seeds: "✓ all its seeds are done"
    case .time: "✓ its time was over"
    case .finding: "✓ with the first finding, as it was told"
    case .signal: "! a signal ended it; its next start goes on"
    case .error: "✗ an error ended it"
    case nil: "! it has not ended: it was killed, or still runs"
    }
  }
}

/// What a program under test says of itself.
struct ProgramRow: Sendable {
  let target: String
  let version: String
}
