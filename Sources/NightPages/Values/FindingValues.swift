import Campaign
import Nights
import Reporting
import Rules

/// The page of one finding, in the words of its template.
struct FindingValues: Sendable {
  struct Fact: Sendable {
    let words: String
    let value: String
    var isCode = false
  }

  struct Picture: Sendable {
    let source: String
    let words: String
    var pieces: [Piece] = []
  }

  struct Piece: Sendable {
    let range: String
    let verdict: String
    let found: String
    let expected: String
  }

  struct Step: Sendable {
    let event: String
    let task: Int
    let step: String
  }

  let pageTitle: String
  let toolVersion = ToolVersion.text
  let campaignFolder: String
  let campaign: String
  let night: Int
  let rule: String
  let failure: String
  let promise: String
  let explanation: [RuleText]
  let example: [RuleText]
  let advice: [RuleText]
  let severity: String
  let severityMeaning: String
  let ruleSource: String
  let statusClass: String
  let statusSign: String
  let statusWord: String
  let titles: [String]
  let facts: [Fact]
  let difference: [String]
  let proof: [String]
  let bytes: [Picture]
  let run: [Picture]
  let timeline: [Step]
  let timelineWords: String
  let reproduce: String
  let reproduceWords: String
  let scenarios: [String]
  let files: [FindingFile]
  let filesNone: [String]

  // The library sees what is stored, and nothing else.
  let hasEvidence: Bool
  let hasDifference: Bool
  let hasProof: Bool
  let hasTimeline: Bool
  let isTimelineOpen: Bool
  let hasFiles: Bool

  init(_ finding: PagedFinding, _ files: FindingFiles?, _ placed: PlacedNightReport) {
    let report = placed.report
    let kept = files?.document.flatMap(KeptFinding.init(parsing:))
    let rule = finding.rule
    pageTitle = "\(rule.rawValue) \(rule.failure) – \(finding.target) – \(report.campaign)"
    campaignFolder = placed.paths.folder.shellQuoted
    campaign = report.campaign
    night = report.night
    self.rule = rule.rawValue
    failure = rule.failure
    promise = rule.promise
    explanation = RuleText.parts(of: rule.explanation)
    example = RuleText.parts(of: rule.example)
    advice = RuleText.parts(of: rule.advice)
    severity = rule.severity.rawValue
    severityMeaning = rule.severity.meaning
    ruleSource = rule.source
    statusClass = finding.mark.name
    statusSign = finding.mark.sign
    statusWord = finding.mark.word
    titles = [finding.title].compactMap { $0 }
    facts = Self.facts(finding, kept)
    difference = kept?.finding?.difference ?? []
    proof = kept?.finding?.evidence ?? []
    bytes = Self.bytes(files, kept)
    run = Self.run(finding, files)
    timeline = (kept?.finding?.timeline ?? []).map {
      Step(event: "\($0.event)", task: $0.task, step: $0.text)
    }
    timelineWords = counted(timeline.count, "event") + " up to the power cut"
    (reproduce, reproduceWords) = Self.reproduction(finding, files, placed)
    scenarios = [files?.scenario].compactMap { $0 }
    self.files = (files?.names ?? []).map { FindingFile($0, in: files?.path ?? "") }
    filesNone =
      self.files.isEmpty
      ? ["There is no folder of this finding yet: the next start of the campaign makes it."] : []
    hasDifference = !difference.isEmpty
    hasProof = !proof.isEmpty
    hasEvidence = hasDifference || hasProof
    hasTimeline = !timeline.isEmpty
    isTimelineOpen = run.isEmpty
    hasFiles = !self.files.isEmpty
  }

  private static func facts(_ finding: PagedFinding, _ kept: KeptFinding?) -> [Fact] {
    var facts = [Fact(words: "Target", value: finding.target)]
    if let remark = finding.statusRemark {
      facts.append(Fact(words: "Status", value: "\(finding.mark.word): \(remark)"))
    }
    if let shape = finding.shape {
      facts.append(Fact(words: "Smallest case", value: shape, isCode: true))
    }
    if let group = kept?.group { facts += size(of: group) }
    if let state = kept?.finding?.state {
      facts.append(Fact(words: "Crash state", value: state, isCode: true))
    }
    if let seeds = finding.seedText { facts.append(Fact(words: "Seeds", value: seeds)) }
    if let bug = kept?.finding?.bug { facts.append(Fact(words: "Planted mistake", value: bug)) }
    if let also = kept?.finding?.alsoBroken, !also.isEmpty {
      facts.append(Fact(words: "Also broken", value: also.joined(separator: ", ")))
    }
    if let judge = kept?.finding?.judge { facts.append(Fact(words: "Found by", value: judge)) }
    facts.append(Fact(words: "Name", value: finding.name, isCode: true))
    return facts
  }

  private static func size(of group: KeptFinding.Group) -> [Fact] {
    guard let operations = group.operations, let switches = group.switches,
      let lost = group.lostWrites
    else { return [] }
    let isCut = group.endedByClock == true ? "; the clock ended the search for a smaller one" : ""
    let words =
      "\(counted(operations, "operation")), \(counted(switches, "switch", "switches")), "
      + "\(counted(lost, "lost write"))\(isCut)"
    return [Fact(words: "Its size", value: words)]
  }

  private static func bytes(_ files: FindingFiles?, _ kept: KeptFinding?) -> [Picture] {
    guard let picture = files?.bytesPicture else { return [] }
    let pieces = kept?.finding?.bytes ?? []
    let wrong = pieces.filter(\.isWrong)
    let byteCount = wrong.reduce(0) { $0 + $1.byteCount }
    let first = wrong.first.map { piece in
      ": byte \(PageNumbers.grouped(piece.byteOffset)) holds \(piece.found), and must hold \(piece.promised)"
    }
    let words =
      "A map of the client's disk around what is wrong. "
      + "\(PageNumbers.grouped(byteCount)) of the bytes that are shown are wrong\(first ?? "")."
    return [
      Picture(
        source: PageLink.data(svg: picture), words: words,
        pieces: pieces.map { piece in
          let last = piece.byteOffset + max(piece.byteCount, 1) - 1
          return Piece(
            range: "\(PageNumbers.grouped(piece.byteOffset)) – \(PageNumbers.grouped(last))",
            verdict: piece.isWrong ? "✗ wrong" : "✓ right", found: piece.found,
            expected: piece.promised)
        })
    ]
  }

  private static func run(_ finding: PagedFinding, _ files: FindingFiles?) -> [Picture] {
    guard let picture = files?.runPicture else { return [] }
    let words =
      "The smallest run that breaks \(finding.rule.rawValue): a lane for each task, time from top to bottom, "
      + "operations and log entries as bars, and what the power cut took."
    return [Picture(source: PageLink.data(svg: picture), words: words)]
  }

  private static func reproduction(
    _ finding: PagedFinding, _ files: FindingFiles?, _ placed: PlacedNightReport
  ) -> (line: String, words: String) {
    if let reported = finding.reported {
      return (
        placed.paths.reproduction(of: reported, in: placed.report),
        "One line carries this very run out again, from where the report was written."
      )
    }
    let folder = placed.paths.folder(of: finding.name, target: finding.target)
    let words = placed.report.targets.first { $0.name == finding.target }?.replayWords ?? []
    return (
      (["powercut", "replay-run", "\(folder)/\(FindingFile.scenario)".shellQuoted] + words)
        .joined(separator: " "),
      "One line carries the kept case out again, from where the report was written."
    )
  }
}
