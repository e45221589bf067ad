import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Rules
import ToolSupport
import WriteLog

/// The user's wish to stop, where a state was about to be judged.
struct BisectInterruption: Error {}

/// Asks the questions of a ``BisectCommand`` and puts the answer together.
struct BisectRun {
  private let options: BisectCommand
  private let subject: RecordedSubject
  private let bisect: Bisect

  init(_ options: BisectCommand) throws {
    self.options = options
    let recording = try RecordingSource(options.path, options: options.log, for: "bisect")
    try OptionUse.bisecting(options.image.format(recording)).check()
    if let command = options.command, command.subject != .image {
      throw ToolError(
        "\(command.optionName) '\(command)': bisect is given the image of one file, so "
          + command.advice(for: .image))
    }
    do {
      subject = try RecordedSubject(
        recording, options.image, seed: options.seed, needsImage: options.command == nil)
    } catch let error as FormatError {
      throw ToolError("\(recording.logPath): \(error)")
    }
    let space = StateSpace(
      subject.history, tiers: options.states.tiers,
      origin: options.log.origin(of: subject.index), seed: options.seed,
      cuts: try options.range.cuts(in: Recording(subject.history)))
    bisect = Bisect(space, tiers: options.states.tiers)
    if let refusal = space.refusal(of: options.states.tiers) { throw refusal }
  }

  /// - Throws: what ends a run with status 2.
  func result() throws -> BisectResult {
    var result: BisectResult
    if let command = options.command {
      result = try byCommand(command)
    } else {
      result = try byRule()
    }
    result.notes = options.range.notes(bisect.space.cuts) + notes + result.notes
    addGaps(to: &result)
    return result
  }

  /// What the recording lacks, and an empty log.
  private func addGaps(to result: inout BisectResult) {
    var report = RunReport(command: "bisect", subject: options.path)
    report.add(gapsOf: subject.recording, at: options.path)
    result.obstacles += report.obstacles
    if let problem = subject.index.problems.first {
      result.obstacles.append(
        "the log is damaged after its first \(subject.index.entryCount) entries, and only those are looked "
          + "at: \(problem)")
    }
    result.isDistrusted = !report.areFindingsProven
    // A log can be broken before its first entry.
    if subject.index.entryCount == 0, !result.isFailing {
      result.unjudgedReason = subject.index.emptiness
    }
  }

  // MARK: A command

  private func byCommand(_ command: ImageCommand) throws -> BisectResult {
    var result = makeResult(.command(command.text), rule: nil)
    let sides = sides
    let folder = try BisectCommandJudge.folder()
    let image = ImageSubject(
      subject.history, format: subject.format, imageName: "image.\(subject.format.name)",
      in: try Paths.absolute(folder.path), looksAtFiles: false,
      replay: { sides.replay($0, output: "bad.img") })
    let judge = try BisectCommandJudge(
      command, options, of: bisect.space.recording, image, in: folder)
    try result.search(bisect, judge) { answer, result in add(answer, to: &result) }
    return result
  }

  // MARK: A rule

  private func byRule() throws -> BisectResult {
    let judge = SingleStateJudge(subject.evidence)
    guard let rule = options.rule?.rule else { return try byFirstBrokenRule(judge) }
    let logJudgement = logJudgement()
    guard judge.judgedRules.contains(rule) else { return byLog(rule, logJudgement) }
    var result = try search(rule, judge)
    if result.logCounts == nil { result.logCounts = Self.counts(logJudgement) }
    if case .culprit = result.answer?.verdict { return result }
    // What no state shows, the log itself may.
    if let violation = logJudgement.violations.first(where: { $0.rule == rule }) {
      add(violation, to: &result)
    }
    if !result.isFailing, rule.isOfPromises {
      result.unjudgedReason = result.logCounts?.missingPromise
    }
    return result
  }

  private static func counts(_ judgement: Judgement) -> RunCounts {
    var counts = RunCounts()
    counts.add(judgement)
    return counts
  }

  private func byFirstBrokenRule(_ judge: SingleStateJudge) throws -> BisectResult {
    let judgement = try? checkedStates()
    guard let judgement else { return interrupted(.anyRule) }
    // Its cause is what is looked for, and not the worst that came of it.
    let broken = judgement.violations.filter { !$0.rule.isAdvice }
    guard let first = broken.min(by: { $0.rule.causeOrder < $1.rule.causeOrder }) else {
      return nothingBroken(judgement)
    }
    var result =
      judge.judgedRules.contains(first.rule)
      ? try search(first.rule, judge, judgement) : byLog(first.rule, judgement)
    // A rule that the order of writes breaks and no state does.
    if result.sides == nil, result.violation == nil, !result.isInterrupted {
      add(first, to: &result)
    }
    result.checkedStateCount = judgement.distinctStateCount
    result.logCounts = Self.counts(judgement)
    if result.sides != nil, first.state == nil {
      result.notes.append("the order of writes says of the same rule: \(first.title)")
    }
    let others = broken.map(\.rule).filter { $0 != first.rule }
    if !others.isEmpty {
      let list = others.sorted().map(\.rawValue).joined(separator: " ")
      result.notes.append("the log also breaks \(list); --rule follows another one")
    }
    return result
  }

  /// - Parameter judgement: what going through all states found, where that was done already.
  private func search(
    _ rule: Rule, _ judge: SingleStateJudge, _ judgement: Judgement? = nil
  ) throws -> BisectResult {
    var result = makeResult(.rule(rule), rule: rule)
    var progress = ProgressLine()
    var checked = judgement
    do {
      let answer = try bisect.run(
        { state throws(BisectInterruption) in
          if Interrupts.isRequested { throw BisectInterruption() }
          progress.show("\(state)")
          return judge.verdict(on: state).breaks(rule).map { $0 ? .bad : .good } ?? .skipped
        },
        scan: { () throws(BisectInterruption) in
          let all = if let checked { checked } else { try checkedStates() }
          checked = all
          return Self.scan(all, for: rule)
        })
      progress.clear()
      result.checkedStateCount = checked?.distinctStateCount
      add(answer, to: &result)
      if let bad = answer.failingState {
        let violations = judge.violations(in: bad)
        result.violation = violations.first { $0.rule == rule }
        result.alsoBroken = violations.map(\.rule).filter { $0 != rule }.sorted()
        if let sides = result.sides, let operations = result.violation?.operations {
          result.namedEntries = self.sides.named(operations: operations, upTo: sides.culprit)
        }
      }
    } catch {
      progress.clear()
      result.isInterrupted = true
    }
    return result
  }

  private static func scan(_ judgement: Judgement, for rule: Rule) -> BisectScan {
    guard let first = judgement.violations.first(where: { $0.rule == rule }) else {
      return .nothingFails
    }
    // Where the order of writes breaks the rule, too, the state is not told.
    return first.state.map { .firstFailure($0) } ?? .unknown
  }

  /// Every state of the tiers, judged as `check` does it: much faster than one by one.
  private func checkedStates() throws(BisectInterruption) -> Judgement {
    var progress = ProgressLine()
    let judgement = Judge(judgeOptions(tiers: options.states.tiers)) { stateCount in
      progress.show("\(stateCount) crash states")
      return !Interrupts.isRequested
    }.judge(subject.evidence)
    progress.clear()
    if judgement.isCutShort { throw BisectInterruption() }
    return judgement
  }

  /// A rule that is about the log, not about a state.
  private func byLog(_ rule: Rule, _ judgement: Judgement) -> BisectResult {
    var result = makeResult(.rule(rule), rule: rule)
    if let violation = judgement.violations.first(where: { $0.rule == rule }) {
      add(violation, to: &result)
    } else {
      result.unjudgedReason = judgement.unjudgedRules.first { $0.rule == rule }?.reason
    }
    result.logCounts = Self.counts(judgement)
    return result
  }

  /// What the log itself breaks, without its states.
  private func logJudgement() -> Judgement {
    Judge(judgeOptions(tiers: [])).judge(subject.evidence)
  }

  private func judgeOptions(tiers: [Tier]) -> Judge.Options {
    var judgeOptions = Judge.Options(tiers: tiers, seed: options.seed)
    judgeOptions.origin = options.log.origin
    judgeOptions.cuts = bisect.space.cuts
    return judgeOptions
  }

  private func nothingBroken(_ judgement: Judgement) -> BisectResult {
    var result = makeResult(.anyRule, rule: nil)
    let counts = Self.counts(judgement)
    result.checkedStateCount = judgement.distinctStateCount
    result.logCounts = counts
    result.unjudgedRules = judgement.unjudgedRules
    result.unjudgedReason = counts.missingCheck(needsPromises: false)
    result.obstacles += [judgement.refusal.map { "\($0)" }, judgement.obstacle, judgement.limit]
      .compactMap { $0 }
    return result
  }

  private func interrupted(_ question: BisectResult.Question) -> BisectResult {
    var result = makeResult(question, rule: nil)
    result.isInterrupted = true
    return result
  }

  // MARK: Putting it together

  private func makeResult(_ question: BisectResult.Question, rule: Rule?) -> BisectResult {
    BisectResult(
      path: options.path, question: question, entryCount: subject.index.entryCount,
      reproduce: options.reproduction(rule: rule))
  }

  private var sides: BisectSides {
    BisectSides(
      subject, path: options.path,
      words: options.log.words + options.image.words)
  }

  private func add(_ answer: BisectAnswer, to result: inout BisectResult) {
    result.answer = answer
    if case .culprit(let culprit) = answer.verdict { result.sides = sides.sides(of: culprit) }
  }

  private func add(_ violation: Violation, to result: inout BisectResult) {
    result.violation = violation
    result.namedEntries = sides.named(violation.entries)
    if let damage = BisectDamage(subject.index, violation) {
      result.violation?.evidence += damage.lines
    }
  }

  private var notes: [String] {
    subject.index.shapeNotes + subject.contentNotes
      + (options.command == nil ? subject.promiseNotes : [])
  }
}

extension Rule {
  /// Whether it holds states against what a client was promised.
  fileprivate var isOfPromises: Bool {
    switch self {
    case .d01, .d02, .d03, .d04, .d05, .d06, .d07: true
    default: false
    }
  }
}
