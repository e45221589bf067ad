import Bytes
import Campaign
import Checking
import FoundationEssentials
import Scheduling

/// A report as a program reads it.
///
/// Every key is in every report, `null` where there is nothing to say. Keys are sorted; numbers of 64
/// bits are hexadecimal strings; units are in the names. Two runs with one seed differ in `timing`
/// only.
public struct JSONReport {
  public static let schemaVersion = 1

  private let report: RunReport

  public init(_ report: RunReport) {
    self.report = report
  }

  /// The whole text, with a line feed at its end.
  public func text(_ timing: ReportTiming) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(Document(report, timing)), as: UTF8.self) + "\n"
  }
}

private struct Document: Encodable {
  var schemaVersion = JSONReport.schemaVersion
  var version = ToolVersion.text
  var command: String
  var subject: String
  var seeds: Nullable<SeedBounds>
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
    self.timing = Timing(elapsedNanoseconds: timing.elapsedNanoseconds.hex, jobs: timing.jobCount)
  }
}

private struct SeedBounds: Encodable {
  var first: String
  var last: String

  init(_ range: SeedRange) {
    first = range.first.rawValue.hex
    last = range.last.rawValue.hex
  }
}

private struct Counts: Encodable {
  var scenarios: Int
  var runs: Int
  var entries: Int
  var states: Int
  var distinctStates: Int
  var findings: Int

  init(_ counts: RunReport.Counts, findings: Int) {
    scenarios = counts.scenarios
    runs = counts.runs
    entries = counts.entries
    states = counts.states
    distinctStates = counts.distinctStates
    self.findings = findings
  }
}

private struct FindingDocument: Encodable {
  var rule: String
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
  var operations: [String]
  var evidence: [String]
  var difference: [String]
  var timeline: [TimelineRow]
  var reproduce: String

  init(_ finding: Finding) {
    let violation = finding.violation
    rule = violation.rule.rawValue
    title = violation.rule.failure
    judge = violation.judge
    found = violation.title
    seed = Nullable(finding.seed?.rawValue.hex)
    token = Nullable(finding.token)
    seedToken = Nullable(finding.seedToken)
    state = Nullable(violation.state.map { "\($0)" })
    cut = Nullable(finding.cut)
    bug = Nullable(finding.bug?.identifier)
    alsoBroken = finding.alsoBroken.map(\.rawValue)
    repeats = violation.repeatCount
    entries = violation.entries
    operations = violation.operations.map(\.hex)
    evidence = violation.evidence
    difference = violation.difference
    timeline = (finding.timeline?.rows ?? []).map { TimelineRow($0) }
    reproduce = finding.reproduce
  }
}

private struct GroupDocument: Encodable {
  var name: String
  var rule: String
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
    judge = group.finding.violation.judge
    shape = group.shape.description
    seeds = group.seeds.map(\.rawValue.hex)
    operations = group.operationCount
    switches = group.switchCount
    lostWrites = group.lostWriteCount
    endedByClock = group.wasEndedByClock
    scenario = group.scenario.text
  }
}

private struct TimelineRow: Encodable {
  var event: String
  var task: Int
  var text: String

  init(_ row: Timeline.Row) {
    event = row.event.hex
    task = row.task
    text = row.text
  }
}

private struct ScenarioDocument: Encodable {
  var path: String
  var summary: String
  var seeds: SeedBounds
  var passed: Bool
  var failure: Nullable<String>
  var runs: Int
  var scheduleNote: Nullable<String>
  var states: Int

  init(_ outcome: RunReport.ScenarioOutcome) {
    path = outcome.path
    summary = outcome.summary
    seeds = SeedBounds(outcome.seeds)
    passed = outcome.failure == nil
    failure = Nullable(outcome.failure)
    runs = outcome.counts.runs
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
  var elapsedNanoseconds: String
  var jobs: Int
}
