import ArgumentParser
import Campaign
import Host
import Reporting
import ToolSupport

struct ReplayRunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay-run",
    abstract: "Carry out the run of a token or a scenario again: is its rule still broken?",
    discussion: """
      Prints REPRODUCED (the same rule is broken), FIXED (the same run was made, and the rule holds) or \
      DIVERGED (another run than the recorded one, and where it differs: its answer says nothing of the \
      recorded run). A token with choices makes them again, whatever the strategy; one without choices has \
      to match the digests that it holds, of what its seed drew and of the choices that were made.

      Exit status: 0 FIXED, 1 REPRODUCED, or another rule is broken now, 2 DIVERGED or could not finish, \
      64 usage.
      """)

  @Argument(
    help:
      """
      A token; a file with a token, or with a scenario that expects a rule to be broken; a finding's \
      folder; or - for one of the files on stdin.
      """
  )
  var subject: String

  @Option(help: "A file for a picture of the run, as SVG.")
  var picture: String?

  @OptionGroup var programOptions: ProgramRunOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var outputOptions: OutputOptions

  func validate() throws {
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
  }

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      // A token can be longer than a line.
      let empty = RunReport(command: "replay-run", subject: String(subject.prefix(80)))
      return try outputOptions.report(empty, stopwatch) { report, timing in
        let request = try ReplayRequest(subject, programOptions, commands)
        report = RunReport(
          command: "replay-run", subject: request.token.target, seeds: request.token.seeds)
        outputOptions.prepare(report, timing, stopwatch)
        try carryOut(request, &report)
      }
    }
  }

  private func carryOut(_ request: ReplayRequest, _ report: inout RunReport) throws {
    let carrier = try programOptions.carrier(
      for: request.token.stack, named: request.executable
    )
    .judged(by: commands.judges(jobCount: Processors.count))
    let replay = try CrashNotes.noting(seed: request.token.seeds.first.rawValue) {
      Result {
        try RunReplay(
          request.token, carrier: carrier, executable: request.executable,
          reproduce: request.command)
      }
    }.get()
    for result in replay.results { report.counts.add(result.judgement) }
    if let picture { try draw(replay, to: picture) }
    report.needsPromises = request.token.needsPromises
    report.findings = replay.findings
    report.notes = replay.notes
    report.addCommandNotes(
      comparesRecoveries: request.token.stack.image.isOfKnownFormat, tiers: request.token.tiers)
    report.replay = try verdict(of: replay)
    report.isInterrupted = Interrupts.isRequested
  }

  /// - Throws: ``ToolError`` where there is nothing to draw.
  private func draw(_ replay: RunReplay, to path: String) throws {
    guard let judged = replay.judgedRun else {
      throw ToolError(
        """
        --picture shows operations on one device: this run has none of them (made-up images, \
        transactions, or a search of all schedules; a token of one of its runs has them)
        """)
    }
    try OutputFile.write(
      RunPictureSVG(judged.run, replay.findings.first?.violation).text, to: path)
  }

  /// - Returns: `nil` where an interrupt came before there was one.
  /// - Throws: ``ToolError`` where the rule was not judged, so that nobody knows whether it holds.
  private func verdict(of replay: RunReplay) throws -> ReplayVerdict? {
    let verdict = replay.verdict
    guard verdict.kind == .fixed, !commands.isEmpty else { return verdict }
    if Interrupts.isRequested { return nil }
    guard replay.isRuleJudged else {
      throw ToolError(
        """
        \(replay.rule.rawValue) was not judged: no command said good or bad of any state, or none \
        recovered its copy of an image. Give the command that broke it (--command).
        """)
    }
    return verdict
  }
}

/// What is to be carried out again.
private struct ReplayRequest {
  /// A longer token is no argument for a program: Linux takes 128 KiB for each.
  private static let longestArgument = 100_000

  let token: RunToken
  /// The program's file, where somebody named one: on the command line, or else in the scenario's file.
  let executable: String?
  /// The command that does the same.
  let command: String

  /// - Parameter subject: a token, or the path of what holds one, or a scenario.
  /// - Throws: ``ToolError`` where it is none, or is nothing that these options can judge.
  init(
    _ subject: String, _ options: ProgramRunOptions, _ commands: CommandOptions
  ) throws {
    if RunToken.isToken(subject) {
      try self.init(text: subject, path: nil, options, commands)
    } else if subject == "-" {
      try self.init(text: InputFile.text("/dev/stdin"), path: nil, options, commands)
    } else {
      let path = Folders.isFolder(subject) ? "\(subject)/\(FindingFolder.scenarioName)" : subject
      try self.init(text: InputFile.text(path), path: path, options, commands)
    }
  }

  /// - Parameter path: where the text stands; `nil` where the command has to name the run itself.
  private init(
    text: String, path: String?, _ options: ProgramRunOptions, _ commands: CommandOptions
  ) throws {
    do {
      let named: String?
      let folder = path?.lastIndex(of: "/").flatMap { place in path.map { String($0[..<place]) } }
      (token, named) = try Self.token(text, in: folder ?? ".")
      executable = options.program ?? named
    } catch {
      throw ToolError("\(path ?? "replay-run"): \(error)")
    }
    if let reason = token.reasonNotToRun(hasCommands: !commands.isEmpty) {
      throw ToolError("\(path ?? "the token") \(reason)")
    }
    let word = path ?? token.description
    let subject = word.utf8.count > Self.longestArgument ? "-" : word.shellQuoted
    let program = RunConfiguration(stack: token.stack).running(executable)
      .programWords(namesExecutable: path == nil || options.program != nil)
    command = (["powercut", "replay-run", subject] + program + commands.words)
      .joined(separator: " ")
  }

  /// - Returns: the token, and the program's file that a scenario names.
  private static func token(_ text: String, in folder: String) throws -> (RunToken, String?) {
    let start = text.drop { $0.isWhitespace }
    guard RunToken.isToken(start) else {
      let scenario = try Scenario(parsing: text, folder: folder)
      guard scenario.expectation != .pass else {
        throw ToolError(
          "expects no rule to be broken, so there is nothing to look for; 'powercut run' runs it")
      }
      return (RunToken(.scenario(scenario)), scenario.configuration.program?.executable)
    }
    let word = start.prefix { !$0.isWhitespace }
    guard start.dropFirst(word.count).allSatisfy(\.isWhitespace) else {
      throw ToolError("something stands behind the token, which is one word")
    }
    return (try RunToken(parsing: word), nil)
  }
}
