import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Reporting
import Rules
import ToolSupport
import WriteLog

struct BisectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect",
    abstract: "Name the write that broke a disk: the first crash state that fails.",
    discussion: """
      Looks for the first cut of the log at which a rule is broken or a command fails, by halves \
      where that is possible, and then for the smallest set of lost writes that still fails.

      A command is started once for each state that is looked at, with the path of its image for \
      {image}, or of its folder for {folder}. It exits with 0 for a good one and with 125 for one to pass over; every other \
      exit, a signal and the time limit are bad. No shell is involved.

      Exit status: 0 nothing fails, 1 something does, 2 could not finish, 3 nothing could be judged, \
      64 usage, 130 interrupted.
      """)

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String

  @Option(help: "The rule to follow. (default: the first that `powercut check` finds broken)")
  var rule: RuleArgument?

  @Option(
    name: .customLong("command"),
    help: ArgumentHelp(
      "Follow this command instead of a rule: 'qemu-img check -r all {image}'.",
      valueName: "words"),
    transform: { try ImageCommand(parsing: $0, for: CommandOptions.subject(of: $0)) })
  var givenCommand: ImageCommand?

  @Option(
    help: ArgumentHelp(
      "Of several files: follow a judge that is started once, as check has it.", valueName: "words"),
    transform: { try ImageCommand(resident: $0) })
  var judge: ImageCommand?

  @Option(
    help: "Of several files: follow a judge that is built in: lines:FILE, same-as-some-mark.",
    transform: { ImageCommand(try FolderOracle(parsing: $0)) })
  var oracle: ImageCommand?

  /// What is followed instead of a rule.
  var command: ImageCommand? { givenCommand ?? judge ?? oracle }

  @Option(help: "How long the command may run at one state.")
  var commandTimeout = DurationArgument(seconds: 60)

  @OptionGroup var image: ImageOptions

  @Option(
    help: """
      Crash states by tier: \(Tier.forms), with commas between them. All of them are looked at only \
      where halves do not find the answer.
      """)
  var states = TierList(FuzzPlan.defaultTiers)

  @Option(help: "Seed of the random tiers.")
  var seed: UInt64 = 1

  @Option(help: "How the result is printed: \(ReportForm.list).")
  var format = ReportForm.text

  @OptionGroup var range: CutRangeOptions
  @OptionGroup var leaveOut: LeaveOutOptions
  @OptionGroup var persona: PersonaOptions
  @OptionGroup var log: LogOptions

  func validate() throws {
    let questions = [rule != nil, givenCommand != nil, judge != nil, oracle != nil]
    guard questions.count(where: { $0 }) < 2 else {
      throw ValidationError(
        "--rule, --command, --judge and --oracle are several questions: ask one of them")
    }
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
    guard !states.tiers.contains(.recrash) else {
      throw ValidationError(
        "--states recrash: what recovery writes is no entry of the log; leave it out")
    }
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      Tool.prepareInterruption {
        var partial = unfinished
        partial.isInterrupted = true
        try write(partial, stopwatch.timing(jobCount: 1))
      }
      let result = try search()
      Interrupts.claimEnd()
      try write(result, stopwatch.timing(jobCount: 1))
      return result.exitStatus
    }
  }

  /// What was found until it ended, also where that was an error.
  private func search() throws -> BisectResult {
    var result = unfinished
    do {
      if try ImageCheck.format(of: path) != nil {
        throw ToolError(
          "\(path) is an image: which write broke it shows in a log of its writes only. "
            + "`powercut check \(path.shellQuoted)` says what is wrong with it.")
      }
      let isOfFiles = try BisectFilesRun.isAbout(path, command, leaveOut: leaveOut.patterns)
      result = try isOfFiles ? BisectFilesRun(self).result() : BisectRun(self).result()
    } catch let usage as ValidationError {
      throw usage
    } catch let nothing as NothingRecorded {
      result.unjudgedReason = "\(nothing)"
    } catch {
      result.obstacles = ["\(error)"]
    }
    return result
  }

  /// What is known before the search.
  private var unfinished: BisectResult {
    let question =
      command.map { BisectResult.Question.command($0.text) }
      ?? rule.map { .rule($0.rule) } ?? .anyRule
    return BisectResult(
      path: path, question: question, entryCount: 0, reproduce: reproduction(rule: rule?.rule))
  }

  private func write(_ result: BisectResult, _ timing: ReportTiming) throws {
    for obstacle in result.obstacles {
      try StandardStreams.writeProgress("powercut: \(obstacle)\n")
    }
    // A search that did not even begin has the sentence alone.
    if format == .text, result.answer == nil, !result.isFailing, !result.obstacles.isEmpty {
      return
    }
    try StandardStreams.writeResult(format.text(of: result, timing))
  }

  /// The command that does this again.
  func reproduction(rule: Rule?) -> String {
    var words = ["powercut", "bisect", path.shellQuoted] + log.words
    if let rule { words += ["--rule", rule.rawValue] }
    if let command { words += [command.optionName, command.text.shellQuoted] }
    if commandTimeout.nanoseconds != DurationArgument(seconds: 60).nanoseconds {
      words += ["--command-timeout", commandTimeout.defaultValueDescription]
    }
    words += image.words
    if states.tiers != FuzzPlan.defaultTiers {
      words += ["--states", states.defaultValueDescription]
    }
    words += range.words + leaveOut.words + persona.words
    if seed != 1 { words += ["--seed", "\(seed)"] }
    return words.joined(separator: " ")
  }
}

/// `B06`: a rule by its identifier.
struct RuleArgument: ExpressibleByArgument {
  var rule: Rule

  init?(argument: String) {
    guard let rule = Rule(rawValue: argument) else { return nil }
    self.rule = rule
  }

  static var allValueStrings: [String] { Rule.allCases.map(\.rawValue) }
}
