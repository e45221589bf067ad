import Bytes
import Campaign
import Checking
import CrashStates
import Reporting

/// What `bisect --format json` says: the facts of ``BisectDescription`` for a program.
///
/// Each key is always there, `null` where there is nothing to say; keys are sorted; counts and times are
/// numbers, places and operations hexadecimal strings. Two runs of one command differ in `timing` only.
struct BisectDocument: Encodable {
  static let schemaVersion = 2

  private let schemaVersion = Self.schemaVersion
  private let version = ToolVersion.text
  private let command = "bisect"
  private let subject: String
  private let question: Question
  /// As in the report of every command that judges: `passed` where nothing fails.
  private let outcome: String
  private let reasons: [String]
  private let passed: Bool
  private let interrupted: Bool
  /// `culprit`, `log`, `fails-from-the-start`, `nothing-fails`, `nothing-judged`,
  /// `unfinished` or `interrupted`.
  private let verdict: String
  private let counts: Counts
  private let findings: [Finding]
  private let culprit: Nullable<Culprit>
  /// `monotone`, `not-monotone` or `unknown`.
  private let monotony: String
  private let contradiction: Nullable<String>
  private let sampleCount: Nullable<Int>
  private let scanned: Bool
  private let unjudgedReason: Nullable<String>
  private let unjudgedRules: [UnjudgedRule]
  private let notes: [String]
  private let reproduce: String
  private let timing: Timing

  init(_ result: BisectResult, _ timing: ReportTiming) {
    subject = result.path
    question = Question(result.question)
    let outcome = result.outcome
    self.outcome = outcome.kind.rawValue
    reasons = outcome.reasons
    passed = outcome.isPassed
    interrupted = result.isInterrupted
    verdict = Self.verdict(result)
    findings = Finding(result).map { [$0] } ?? []
    counts = Counts(result, findings: findings.count)
    culprit = Nullable(result.sides.map { Culprit($0, result.text) })
    var contradiction: CrashState?
    var sampleCount: Int?
    switch result.answer?.monotony {
    case .held(let count):
      monotony = "monotone"
      sampleCount = count
    case .broken(let state, _), .endIsGood(let state):
      monotony = "not-monotone"
      contradiction = state
    case .unknown, nil: monotony = "unknown"
    }
    self.contradiction = Nullable(contradiction.map(result.text))
    self.sampleCount = Nullable(sampleCount)
    scanned = result.answer?.isScanned ?? false
    unjudgedReason = Nullable(result.unjudgedReason)
    unjudgedRules = result.unjudgedRules.map {
      UnjudgedRule(rule: $0.rule.rawValue, reason: $0.reason)
    }
    notes = result.notes
    reproduce = result.reproduce
    self.timing = Timing(
      elapsedNanoseconds: timing.elapsedNanoseconds, jobs: timing.jobCount)
  }

  func text() throws -> String { try JSONText.document(self) }

  private static func verdict(_ result: BisectResult) -> String {
    if result.isInterrupted { return "interrupted" }
    if result.sides != nil { return "culprit" }
    if result.outcome.kind == .nothingChecked { return "nothing-judged" }
    if case .failsFromTheStart = result.answer?.verdict { return "fails-from-the-start" }
    if result.violation != nil { return "log" }
    return result.answer == nil && !result.obstacles.isEmpty ? "unfinished" : "nothing-fails"
  }

  private struct Question: Encodable {
    let rule: Nullable<String>
    let command: Nullable<String>

    init(_ question: BisectResult.Question) {
      switch question {
      case .rule(let followed):
        rule = Nullable(followed.rawValue)
        command = Nullable(nil)
      case .command(let text):
        rule = Nullable(nil)
        command = Nullable(text)
      case .anyRule:
        rule = Nullable(nil)
        command = Nullable(nil)
      }
    }
  }

  private struct Counts: Encodable {
    let scenarios = 0
    let runs: Int
    let entries: Int
    let promises: Nullable<Int>
    let marks: Nullable<Int>
    let states: Int
    let distinctStates: Int
    let skippedStates: Int
    let statesCheckedForTheRule: Nullable<Int>
    let findings: Int

    init(_ result: BisectResult, findings: Int) {
      runs = result.commandRunCount
      entries = result.entryCount
      promises = Nullable(result.logCounts?.promises)
      marks = Nullable(result.logCounts?.marks)
      states = result.answer?.judgedStateCount ?? 0
      distinctStates = states
      skippedStates = result.answer?.skippedStateCount ?? 0
      statesCheckedForTheRule = Nullable(result.checkedStateCount)
      self.findings = findings
    }
  }

  private struct Finding: Encodable {
    let rule: Nullable<String>
    let severity: Nullable<String>
    let title: String
    let found: String
    let seed = Nullable<String>(nil)
    let token = Nullable<String>(nil)
    let state: Nullable<String>
    let cut: Nullable<Int>
    let bug = Nullable<String>(nil)
    let alsoBroken: [String]
    let entries: [Int]
    let operations: [String]
    let evidence: [String]
    let reproduce: String

    init?(_ result: BisectResult) {
      guard result.isFailing else { return nil }
      let violation = result.violation
      let state = result.sides?.culprit.bad ?? result.answer?.firstFailingState ?? violation?.state
      rule = Nullable(violation?.rule.rawValue)
      severity = Nullable(violation?.rule.severity.rawValue)
      title = violation?.rule.failure ?? ""
      found = violation?.title ?? ""
      self.state = Nullable(state.map(result.text))
      cut = Nullable(state?.cut)
      alsoBroken = result.alsoBroken.map(\.rawValue)
      entries = (result.sides?.entries ?? result.namedEntries).map(\.step)
      operations = violation?.operations.map(\.hex) ?? []
      evidence =
        violation.map { $0.difference.map { "only if \($0)" } + $0.evidence } ?? []
      reproduce = result.reproduce
    }
  }

  private struct Culprit: Encodable {
    let lastGood: Nullable<String>
    let firstBad: String
    let before: Nullable<String>
    let lost: [Int]
    let skipped: [String]
    let entries: [Entry]
    let ranges: [Range]
    /// Of several files: what differs, by name.
    let names: [String]
    let structures: [Value]
    let omittedStructures: Int
    let goodImageCommand: Nullable<String>
    let badImageCommand: String

    init(_ sides: BisectResult.Sides, _ text: (CrashState) -> String) {
      let culprit = sides.culprit
      lastGood = Nullable(culprit.good.map(text))
      firstBad = text(culprit.bad)
      before = Nullable(culprit.before.map(text))
      lost = culprit.bad.lost
      skipped = culprit.skipped.map(text)
      entries = sides.entries.map { Entry($0) }
      ranges = sides.ranges?.map { Range($0.range, $0.name) } ?? []
      names = sides.names
      structures = sides.structures?.rows.map { Value($0) } ?? []
      omittedStructures = sides.structures?.omittedRowCount ?? 0
      goodImageCommand = Nullable(sides.goodCommand)
      badImageCommand = sides.badCommand
    }
  }

  private struct Entry: Encodable {
    let index: Int
    /// `arrived`, `lost`, `torn` or `early`.
    let difference: String
    let kind: String
    let deviceByteOffset: String
    let deviceByteCount: UInt64
    let logByteOffset: String
    let structure: Nullable<String>

    init(_ difference: BisectResult.Difference) {
      index = difference.step
      self.difference = difference.kind.rawValue
      kind = difference.entry.map { "\($0.kind)" } ?? "names"
      let range = difference.entry.flatMap {
        $0.kind == .write || $0.kind == .discard ? $0.deviceRange : nil
      }
      deviceByteOffset = (range?.byteOffset ?? 0).hex
      deviceByteCount = range?.byteCount ?? 0
      logByteOffset = UInt64(difference.entry?.headerByteOffset ?? 0).hex
      structure = Nullable(difference.structure)
    }
  }

  private struct Range: Encodable {
    let byteOffset: String
    let byteCount: UInt64
    let structure: Nullable<String>

    init(_ range: ByteRange, _ name: String?) {
      byteOffset = range.byteOffset.hex
      byteCount = range.byteCount
      structure = Nullable(name)
    }
  }

  private struct Value: Encodable {
    let name: String
    let good: String
    let bad: String

    init(_ row: ImageDifference.Row) {
      name = row.name
      good = row.first
      bad = row.second
    }
  }

  private struct UnjudgedRule: Encodable {
    let rule: String
    let reason: String
  }

  private struct Timing: Encodable {
    let elapsedNanoseconds: UInt64
    let jobs: Int
  }
}

extension BisectAnswer {
  /// The state that fails before all others, where no entry is to blame.
  fileprivate var firstFailingState: CrashState? {
    if case .failsFromTheStart(let state) = verdict { state } else { failingStart?.firstBad }
  }
}
