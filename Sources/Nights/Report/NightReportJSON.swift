import Campaign
import Reporting
import Rules
import Scheduling

/// A night as a program reads it. Every key is in every report, `null` where there is nothing to say; what differs
/// between two campaigns over the same seeds stands in `timing`.
struct NightReportDocument: Encodable {
  static let currentSchemaVersion = 1

  var schemaVersion = Self.currentSchemaVersion
  var version = ToolVersion.text
  var command = "campaign"
  var campaign: String
  var night: Int
  var outcome: String
  var reasons: [String]
  var passed: Bool
  var interrupted: Bool
  var findings: [FindingDocument]
  var earlier: [EarlierDocument]
  var targets: [TargetDocument]
  var canary: Nullable<CanaryDocument>
  var trend: [TrendDocument]
  var timing: TimingDocument

  init(_ report: NightReport, _ paths: CampaignPaths, _ timing: ReportTiming) {
    campaign = report.campaign
    night = report.night
    let outcome = report.outcome
    self.outcome = outcome.kind.rawValue
    reasons = outcome.reasons
    passed = outcome.isPassed
    interrupted = outcome.kind == .interrupted
    findings = report.findings.map { FindingDocument($0, report, paths) }
    earlier = report.earlier.map { EarlierDocument($0) }
    targets = report.targets.map { TargetDocument($0) }
    canary = Nullable(report.canary.map { CanaryDocument($0) })
    trend = report.trend.map { TrendDocument($0) }
    self.timing = TimingDocument(report, timing)
  }
}

struct FindingDocument: Encodable {
  var name: String
  var target: String
  var rule: String
  var severity: String
  var title: String
  var status: String
  var statusText: String
  var fails: Bool
  var found: Nullable<String>
  var shape: Nullable<String>
  var seeds: [String]
  var variants: [String]
  var operations: Nullable<Int>
  var switches: Nullable<Int>
  var lostWrites: Nullable<Int>
  var reproduce: String

  init(_ finding: ReportedFinding, _ report: NightReport, _ paths: CampaignPaths) {
    name = finding.name
    target = finding.target
    rule = finding.rule.rawValue
    severity = finding.rule.severity.rawValue
    title = finding.rule.failure
    status = finding.status.word
    statusText = finding.status.text
    fails = report.isFailure(finding)
    found = Nullable(finding.minimized?.title)
    shape = Nullable(finding.minimized?.shape)
    seeds = finding.seeds.map(\.description)
    variants = finding.variants
    operations = Nullable(finding.minimized?.operationCount)
    switches = Nullable(finding.minimized?.switchCount)
    lostWrites = Nullable(finding.minimized?.lostWriteCount)
    reproduce = paths.reproduction(of: finding, in: report)
  }
}

struct EarlierDocument: Encodable {
  var name: String
  var target: String
  var rule: String
  var title: String
  var since: Int
  var status: String
  var reason: Nullable<String>

  init(_ finding: EarlierFinding) {
    name = finding.name
    target = finding.target
    rule = finding.rule.rawValue
    title = finding.title
    since = finding.since
    switch finding.status {
    case .gone: (status, reason) = ("gone", Nullable(nil))
    case .stillThere: (status, reason) = ("still there", Nullable(nil))
    case .untried(let why): (status, reason) = ("not tried", Nullable(why))
    }
  }
}

struct TargetDocument: Encodable {
  struct RuleCount: Encodable {
    var rule: String
    var seeds: Int
    /// Of how many seeds it is the worst.
    var filed: Int
  }

  struct Unjudged: Encodable {
    var rule: String
    var reason: String
  }

  var name: String
  var subject: String
  var programVersion: Nullable<String>
  var known: Nullable<String>
  var firstSeed: Nullable<String>
  var lastSeed: Nullable<String>
  var seeds: Int
  var runs: Int
  var entries: Int
  var states: Int
  var distinctStates: Int
  var promises: Int
  var broken: [RuleCount]
  var notes: [String]
  var unjudgedRules: [Unjudged]

  init(_ target: TargetReport) {
    let tally = target.tally
    name = target.name
    subject = target.subject
    programVersion = Nullable(target.version)
    known = Nullable(target.known)
    firstSeed = Nullable(target.seeds?.first.description)
    lastSeed = Nullable(target.seeds?.last.description)
    seeds = tally.seedCount
    runs = tally.counts.runs
    entries = tally.counts.entries
    states = tally.counts.states
    distinctStates = tally.counts.distinctStates
    promises = tally.counts.promises
    broken = tally.brokenRules.map {
      RuleCount(
        rule: $0.rawValue, seeds: tally.broken[$0]?.count ?? 0, filed: tally.filed[$0]?.count ?? 0)
    }
    notes = target.remarks.notes
    unjudgedRules = target.remarks.unjudgedRules.map {
      Unjudged(rule: $0.rule.rawValue, reason: $0.reason)
    }
  }
}

struct CanaryDocument: Encodable {
  struct Answer: Encodable {
    var stack: String
    var seed: Nullable<String>
    var seeds: String
  }

  var bug: String
  var found: Bool
  var answers: [Answer]

  init(_ canary: CanaryReport) {
    bug = canary.bug
    found = canary.failure == nil && !canary.answers.isEmpty
    answers = canary.answers.map {
      Answer(
        stack: $0.stack, seed: Nullable($0.seed?.description), seeds: String($0.seedCount))
    }
  }
}

struct TrendDocument: Encodable {
  var night: Int
  var seeds: Int
  var states: Int
  var promises: Int
  var new: Int
  var known: Int
  var gone: Int

  init(_ summary: NightSummary) {
    night = summary.night
    seeds = summary.seedCount
    states = summary.stateCount
    promises = summary.promiseCount
    new = summary.newCount
    known = summary.knownCount
    gone = summary.goneCount
  }
}

/// Who carried it out, when, and how long it took.
struct TimingDocument: Encodable {
  struct Worker: Encodable {
    var shard: String
    var host: String
    var start: String
    var toolVersion: String
    var end: Nullable<String>
  }

  struct TargetTime: Encodable {
    var target: String
    var nanoseconds: UInt64
  }

  struct NightTime: Encodable {
    var night: Int
    var start: String
  }

  var elapsedNanoseconds: UInt64
  var jobs: Int
  var start: String
  var workers: [Worker]
  var targets: [TargetTime]
  var nights: [NightTime]

  init(_ report: NightReport, _ timing: ReportTiming) {
    elapsedNanoseconds = timing.elapsedNanoseconds
    jobs = timing.jobCount
    start = timing.startText
    workers = report.workers.map {
      Worker(
        shard: $0.shard.description, host: $0.host, start: $0.time, toolVersion: $0.toolVersion,
        end: Nullable($0.end?.reason.rawValue))
    }
    targets = report.targets.map { TargetTime(target: $0.name, nanoseconds: $0.nanoseconds) }
    nights = report.trend.map { NightTime(night: $0.night, start: $0.time) }
  }
}
