import Campaign
import Nights
import Reporting
import Rules

/// The night's page, in the words of its template.
struct IndexValues: Sendable {
  struct Number: Sendable {
    let words: String
    let number: String
  }

  /// Findings that nobody has to look at today.
  struct List: Sendable {
    let anchor: String
    let listTitle: String
    let listWords: String
    let items: [FindingRow]
  }

  struct CanaryRow: Sendable {
    let statusClass: String
    let statusSign: String
    let statusWord: String
    let words: String

    init(_ answer: CanaryAnswer) {
      let mark = StatusMark(isFound: answer.seed != nil)
      statusClass = mark.name
      statusSign = mark.sign
      statusWord = mark.word
      words =
        answer.seed.map { "In \(answer.stack), by seed \($0)." }
        ?? "In \(answer.stack), in \(counted(answer.seedCount, "seed")). The night has failed."
    }
  }

  let pageTitle: String
  let toolVersion = ToolVersion.text
  let campaignFolder: String
  let campaign: String
  let night: Int
  let date: String
  let outcomeClass: String
  let outcomeSign: String
  let headline: String
  let summary: String
  let numbers: [Number]
  let news: [FindingRow]
  let hasNews: Bool
  let noNews: String
  let undecided: [FindingRow]
  let hasUndecided: Bool
  let lists: [List]
  let canaryNone: [String]
  let hasCanary: Bool
  let canaryBug: String
  let canaryAnswers: [CanaryRow]
  let targets: [TargetRow]
  let remarks: [String]
  let hasRemarks: Bool
  let trend: [TrendValues]
  let nights: [NightRow]
  let limits: [String]
  let hasLimits: Bool
  let workers: [WorkerRow]
  let programs: [ProgramRow]
  let hasPrograms: Bool

  init(_ placed: PlacedNightReport, _ findings: [FindingRow]) {
    let report = placed.report
    let outcome = report.outcome
    let mark = StatusMark(outcome.kind)
    let counts = report.trend.last
    campaignFolder = placed.paths.folder.shellQuoted
    campaign = report.campaign
    night = report.night
    date = PageNumbers.date(counts?.time ?? "")
    outcomeClass = mark.name
    outcomeSign = mark.sign
    news = findings.filter { $0.place == .news }
    hasNews = !news.isEmpty
    noNews =
      findings.contains { $0.place != .gone }
      ? "Nothing: whatever this night has found was known before."
      : "Nothing: this night has found nothing."
    undecided = findings.filter { $0.place == .undecided }
    hasUndecided = !undecided.isEmpty
    headline = Self.headline(report, mark)
    pageTitle = "\(mark.word): \(report.campaign), night \(report.night) – powercut"
    summary = Self.summary(report)
    numbers = [
      Number(words: "new", number: PageNumbers.grouped(counts?.newCount ?? 0)),
      Number(words: "known", number: PageNumbers.grouped(counts?.knownCount ?? 0)),
      Number(words: "gone", number: PageNumbers.grouped(counts?.goneCount ?? 0)),
      Number(words: "seeds", number: PageNumbers.grouped(counts?.seedCount ?? 0)),
      Number(words: "crash states", number: PageNumbers.grouped(counts?.stateCount ?? 0)),
      Number(words: "promises", number: PageNumbers.grouped(counts?.promiseCount ?? 0)),
    ]
    lists = Self.lists(findings)
    canaryNone = Self.canaryNone(report).map { [$0] } ?? []
    hasCanary = canaryNone.isEmpty
    canaryBug = report.canary?.bug ?? ""
    canaryAnswers = (report.canary?.answers ?? []).map { CanaryRow($0) }
    targets = report.targets.map { TargetRow($0) }
    remarks = report.targets.flatMap { target in
      (target.remarks.notes + UnjudgedRulesText.lines(target.remarks.unjudgedRules)).map {
        "\(target.name): \($0)"
      }
    }
    hasRemarks = !remarks.isEmpty
    trend = TrendValues(report.trend).map { [$0] } ?? []
    nights = report.trend.reversed().map { NightRow($0, isShown: $0.night == report.night) }
    limits = outcome.limits
    hasLimits = !limits.isEmpty
    workers = report.workers.map { WorkerRow($0) }
    programs = report.targets.compactMap { target in
      target.version.map { ProgramRow(target: target.name, version: $0) }
    }
    hasPrograms = !programs.isEmpty
  }

  // MARK: Words

  private static func headline(_ report: NightReport, _ mark: StatusMark) -> String {
    let newCount = report.findings.count(where: \.isNews)
    switch report.outcome.kind {
    case .failed where newCount > 0: return "\(mark.word): \(counted(newCount, "new finding"))"
    case .failed where report.canary?.failure != nil: return "\(mark.word): the canary was missed"
    case .failed: return "\(mark.word): what is known is still there"
    case .passed: return "\(mark.word): nothing new"
    case .incomplete, .nothingChecked, .interrupted: return mark.word
    }
  }

  /// What the headline does not say.
  private static func summary(_ report: NightReport) -> String {
    let outcome = report.outcome
    var sentences: [String] = []
    if let missed = report.canary?.failure { sentences.append(missed.sentence) }
    if let worst = report.findings.first(where: \.isNews) {
      sentences.append(
        "\(worst.rule.rawValue): \(worst.rule.failure), in the target \(worst.target).".sentence)
    }
    if let limit = outcome.limits.first {
      let more = outcome.limits.count - 1
      let rest = more > 0 ? " And \(counted(more, "more reason")), below." : ""
      sentences.append("Not everything was done: \(limit).\(rest)")
    }
    if sentences.isEmpty {
      let targets = counted(report.targets.count, "target")
      sentences.append("All that was asked for was carried out, in \(targets).")
    }
    return sentences.joined(separator: " ")
  }

  private static func canaryNone(_ report: NightReport) -> String? {
    guard let canary = report.canary else {
      return "None is planted: the campaign's file names no canary."
    }
    return canary.answers.isEmpty ? "\(canary.bug) was not looked for: no worker came to it." : nil
  }

  private static func lists(_ findings: [FindingRow]) -> [List] {
    let gone = findings.filter { $0.place == .gone }
    let known = findings.filter { $0.place == .known }
    return [
      List(
        anchor: "gone", listTitle: "Gone",
        listWords: "Tried again, and the rule holds. The kept case can be a test from now on.",
        items: gone),
      List(
        anchor: "known", listTitle: "Known",
        listWords: "Seen in an earlier night, expected of the target, or accepted.", items: known),
    ].filter { !$0.items.isEmpty }
  }
}

extension String {
  /// With a capital letter and a full stop.
  fileprivate var sentence: String {
    guard let first = unicodeScalars.first, first.isASCII else { return self }
    let text = first.properties.uppercaseMapping + String(unicodeScalars.dropFirst())
    return text.hasSuffix(".") ? text : text + "."
  }
}
