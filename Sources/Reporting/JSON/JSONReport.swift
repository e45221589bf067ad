import Bytes
import Campaign
import Checking
import Scheduling

/// A report as a program reads it.
///
/// Every key is in every report, `null` where there is nothing to say. Keys are sorted; counts, times and
/// places are numbers, seeds decimal text; units are in the names. Two runs with one seed differ in
/// `timing` only.
package struct JSONReport {
  package static let schemaVersion = 2

  private let report: RunReport

  package init(_ report: RunReport) {
    self.report = report
  }

  /// The whole text, with a line feed at its end.
  package func text(_ timing: ReportTiming) throws -> String {
    try JSONText.document(Document(report, timing))
  }
}

private struct Document: Encodable {
  var schemaVersion = JSONReport.schemaVersion
  var version = ToolVersion.text
  var command: String
  var subject: String
  var seeds: Nullable<SeedBounds>
  var outcome: String
  var reasons: [String]
  var passed: Bool
  var interrupted: Bool
  var counts: Counts
  var findings: [FindingDocument]
  var groups: [GroupDocument]
  var scenarios: [ScenarioDocument]
  var replay: Nullable<ReplayDocument>
  var unjudgedRules: [UnjudgedRule]
  var notes: [String]
  var timing: Timing

  init(_ report: RunReport, _ timing: ReportTiming) {
    command = report.command
    subject = report.subject
    seeds = Nullable(report.seeds.map { SeedBounds($0) })
    outcome = report.outcome.kind.rawValue
    reasons = report.outcome.reasons
    passed = report.isPassed
    interrupted = report.isInterrupted
    counts = Counts(report.counts, findings: report.findings.count)
    findings = report.findings.map { FindingDocument($0) }
    groups = report.groups.map { GroupDocument($0) }
    scenarios = report.scenarios.map { ScenarioDocument($0) }
    replay = Nullable(report.replay.map { ReplayDocument($0) })
    unjudgedRules = report.unjudgedRules.map {
      UnjudgedRule(rule: $0.rule.rawValue, reason: $0.reason)
    }
    notes = report.notes
    self.timing = Timing(timing)
  }
}

private struct SeedBounds: Encodable {
  var first: String
  var last: String

  init(_ range: SeedRange) {
    first = range.first.decimal
    last = range.last.decimal
  }
}

private struct Counts: Encodable {
  var scenarios: Int
  var runs: Int
  var entries: Int
  var marks: Int
  var promises: Int
  var states: Int
  var distinctStates: Int
  var findings: Int

  init(_ counts: RunCounts, findings: Int) {
    scenarios = counts.scenarios
    runs = counts.runs
    entries = counts.entries
    marks = counts.marks
    promises = counts.promises
    states = counts.states
    distinctStates = counts.distinctStates
    self.findings = findings
  }
}

private struct FindingDocument: Encodable {
  var rule: String
  var severity: String
  var title: String
  var judge: String
  var found: String
  var seed: Nullable<String>
  var token: Nullable<String>
  var seedToken: Nullable<String>
  var state: Nullable<String>
  var cut: Nullable<Int>
  var bug: Nullable<String>
  var alsoBroken: [String]
  var repeats: Int
  var entries: [Int]
  var operations: [UInt64]
  var evidence: [String]
  var difference: [String]
  var bytes: Nullable<[PieceDocument]>
  var timeline: [TimelineRow]
  var reproduce: String

  init(_ finding: Finding) {
    let violation = finding.violation
    rule = violation.rule.rawValue
    severity = violation.rule.severity.rawValue
    title = violation.rule.failure
    judge = violation.judge.rawValue
    found = violation.title
    seed = Nullable(finding.seed?.decimal)
    token = Nullable(finding.token)
    seedToken = Nullable(finding.seedToken)
    state = Nullable(violation.state.map { "\($0)" })
    cut = Nullable(finding.cut)
    bug = Nullable(finding.bug?.identifier)
    alsoBroken = finding.alsoBroken.map(\.rawValue)
    repeats = violation.repeatCount
    entries = violation.entries
    operations = violation.operations
    evidence = violation.evidence
    difference = violation.difference
    bytes = Nullable(violation.bytes?.pieces.map { PieceDocument($0) })
    timeline = (finding.timeline?.rows ?? []).map { TimelineRow($0) }
    reproduce = finding.reproduce
  }
}

private struct GroupDocument: Encodable {
  var name: String
  var rule: String
  var severity: String
  var judge: String
  var shape: String
  var seeds: [String]
  var operations: Int
  var switches: Int
  var lostWrites: Int
  var endedByClock: Bool
  var scenario: String

  init(_ group: FindingGroup) {
    name = group.name
    rule = group.finding.rule.rawValue
    severity = group.finding.rule.severity.rawValue
    judge = group.finding.violation.judge.rawValue
    shape = group.shape.description
    seeds = group.seeds.map(\.decimal)
    operations = group.operationCount
    switches = group.switchCount
    lostWrites = group.lostWriteCount
    endedByClock = group.wasEndedByClock
    scenario = group.scenario.text
  }
}

private struct PieceDocument: Encodable {
  var byteOffset: UInt64
  var byteCount: UInt64
  var isWrong: Bool
  var found: String
  var promised: String

  init(_ piece: ByteMap.Piece) {
    byteOffset = piece.range.byteOffset
    byteCount = piece.range.byteCount
    isWrong = piece.isWrong
    found = piece.foundText
    promised = piece.promisedText
  }
}

private struct TimelineRow: Encodable {
  var event: UInt64
  var task: Int
  var text: String

  init(_ row: Timeline.Row) {
    event = row.event
    task = row.task
    text = row.text
  }
}

private struct ScenarioDocument: Encodable {
  var path: String
  var summary: String
  var seeds: Nullable<SeedBounds>
  var outcome: String
  var reasons: [String]
  var passed: Bool
  var failure: Nullable<String>
  var skipped: Nullable<String>
  var runs: Int
  var promises: Int
  var scheduleNote: Nullable<String>
  var states: Int

  init(_ outcome: ScenarioOutcome) {
    path = outcome.path
    summary = outcome.summary
    seeds = Nullable(outcome.seeds.map { SeedBounds($0) })
    self.outcome = outcome.outcome.kind.rawValue
    reasons = outcome.outcome.reasons
    passed = outcome.outcome.isPassed
    failure = Nullable(outcome.failure)
    skipped = Nullable(outcome.skipReason)
    runs = outcome.counts.runs
    promises = outcome.counts.promises
    scheduleNote = Nullable(outcome.scheduleNote)
    states = outcome.counts.states
  }
}

private struct ReplayDocument: Encodable {
  var verdict: String
  var text: String
  var reproduce: String

  init(_ verdict: ReplayVerdict) {
    self.verdict = verdict.kind.rawValue
    text = verdict.description
    reproduce = verdict.reproduce
  }
}

private struct UnjudgedRule: Encodable {
  var rule: String
  var reason: String
}

private struct Timing: Encodable {
  var elapsedNanoseconds: UInt64
  var jobs: Int
  var scenarioNanoseconds: [UInt64]
  var start: String

  init(_ timing: ReportTiming) {
    elapsedNanoseconds = timing.elapsedNanoseconds
    jobs = timing.jobCount
    scenarioNanoseconds = timing.scenarioNanoseconds
    start = timing.startText
  }
}

extension Seed {
  /// As users type it.
  fileprivate var decimal: String { String(rawValue) }
}
