import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Reporting
import ToolSupport

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge every crash state of a recorded log, or one image.",
    discussion: """
      A \(ImageFormats.titles.joined(separator: " or ")) image alone is judged for its structures, a log in it replayed in memory.

      Works on any dm-log-writes file: of QEMU's blklogwrites, of the Linux device-mapper target, or \
      of Powercut's own recorder. What the log does not tell is not judged, and said so.

      Of a folder with joint.txt, as record writes it, the files are judged together, by commands: \
      docs/joint.md. Where it is of one file, that file is judged, unless a command asks for {folder}.
      """)

  @Argument(
    help: """
      A write log, a recording's folder with writes.log, or an image \
      (\(ImageFormats.titles.joined(separator: ", "))).
      """)
  var path: String

  @OptionGroup var image: ImageOptions

  @Flag(help: "Of an image's log: list three digests of each state instead of judging it.")
  var digests = false

  @Option(help: "Crash states by tier: \(Tier.forms), with commas between them.")
  var states = TierList(FuzzPlan.defaultTiers)

  @OptionGroup var budget: StateBudgetOptions

  @Option(help: "Rules that the target is known to break, with commas between them: S05,D10.")
  var ignore = RuleList()

  @Option(help: "Seed of the random tiers.")
  var seed: UInt64 = 1

  @Option(help: "The device as the run left it; the replayed log is compared with it (L08).")
  var live: String?

  @OptionGroup var log: LogOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var range: CutRangeOptions
  @OptionGroup var marks: MarkOptions
  @OptionGroup var leaveOut: LeaveOutOptions
  @OptionGroup var persona: PersonaOptions
  @Flag(
    help: """
      Of a recording of several files that passes: which of the program's syncs the command could do without.
      """)
  var syncs = false

  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      if digests, try !isJoint { return try listDigests() }
      let empty = RunReport(command: "check", subject: path)
      return try outputOptions.report(empty, stopwatch, jobCount: jobOptions.jobs) { report, _ in
        if let format = try ImageCheck.format(of: path) {
          report = try imageCheck(format).report(reproduce: reproduction)
        } else if try isJoint {
          try OptionUse.checkingFiles.check()
          try judgeJoint(stopwatch, &report)
        } else {
          try judgeRecording(stopwatch, &report)
        }
      }
    }
  }

  private func judgeRecording(_ stopwatch: Stopwatch, _ report: inout RunReport) throws {
    do {
      let recording = try RecordingSource(path, options: log, for: "check")
      try OptionUse.checkingLog(of: image.format(recording)).check()
      report.add(gapsOf: recording, at: path)
      try judge(recording, stopwatch, &report)
    } catch let nothing as NothingRecorded {
      report.emptiness = "\(nothing)"
    }
  }

  /// Whether files are judged together: several ones, or one whose folder a command asks for.
  private var isJoint: Bool {
    get throws {
      guard let folder = try RecordedFolder(path) else { return false }
      return folder.onlyRecording == nil || !leaveOut.patterns.isEmpty
        || commands.commands.contains { $0.subject == .folder }
    }
  }

  func validate() throws {
    guard commands.isEmpty || !digests else {
      throw ValidationError("--digests judges nothing: leave --command out")
    }
    try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
  }

  /// The files of a program together: no rule of ours is about them, so commands judge.
  private func judgeJoint(_ stopwatch: Stopwatch, _ report: inout RunReport) throws {
    guard !digests, live == nil, !commands.isEmpty else {
      throw ToolError(
        """
        \(path) holds several files, which are judged together by a command: --command 'CMD \
        {folder}', or by what is built in: --oracle. Each file alone is judged by its own folder in there.
        """)
    }
    try commands.require(.folder)
    let recording = try JointRecording(
      path, log, persona: persona.persona, leaveOut: leaveOut.patterns)
    let cuts = try range.cuts(in: recording.files)
    let tiers = jointTiers
    let space = StateSpace(recording.files, tiers: tiers, seed: seed, cuts: cuts)
    if let refusal = space.refusal(of: tiers) { throw refusal }
    for file in recording.sources { report.add(gapsOf: file.source, at: file.path) }
    for gap in try recording.unseen {
      report.distrustFindings("the recording \(path) is incomplete: \(gap)")
    }
    let counts = space.counts(of: tiers)
    let sample = budget.sample(of: counts, usually: StateBudgetOptions.usualCommandStateCount)
    var check = try jointCheck(recording)
    let accepted = AcceptedMoments()
    if syncs {
      let files = recording.files
      check.remember = { state, command, ask in
        let judged = try ask()
        if judged.verdict == .accepted { accepted.insert(state, of: files, command) }
        return judged
      }
    }
    try check.tryOut()
    let walk = try check.judge(
      StateEnumerator(space, tiers: tiers, sample: sample), isOver: { budget.isOver(stopwatch) },
      ignoring: ignore.rules, reproduce: reproduction, into: &report)
    report.counts.entries = recording.files.stepCount
    report.counts.marks = recording.files.marks.count
    report.counts.states = walk?.stateCount ?? 0
    report.counts.distinctStates = report.counts.commands.map(\.stateCount).max() ?? 0
    report.notes =
      recording.notes + persona.notes + range.notes(cuts) + [walk?.leftOutReason].compactMap { $0 }
      + (sample == nil || budget.maxStates != nil
        ? [] : [StateBudgetOptions.note(on: counts.stateSum)])
      + report.notes
    if syncs {
      let trials = SyncTrials(
        recording: recording, accepted: accepted,
        states: { variant in
          StateEnumerator(
            StateSpace(variant.files, tiers: tiers, seed: seed, cuts: cuts), tiers: tiers,
            sample: sample)
        }, check: jointCheck)
      report.notes +=
        report.findings.isEmpty && !report.isInterrupted
        ? try trials.notes() : ["syncs: not looked at, for states are refused with them"]
    }
    // Where nothing at all was judged, that is what is said.
    if let walk, walk.judgedStateCount > 0, let reason = walk.leftOutReason {
      report.addObstacle(reason)
    }
    if recording.files.stepCount == 0 {
      report.emptiness = "the recording holds no operation"
    }
    marks.require(recording.files.marks.count, for: commands.commands, in: &report)
  }

  private func jointCheck(_ recording: JointRecording) throws -> CommandCheck {
    let replay =
      ["powercut", "replay", path.shellQuoted, "--folder"] + leaveOut.words + persona.words
    let folder = try TemporaryFolder(prefix: "powercut-command", prefersMemory: true)
    return CommandCheck(
      commands: commands.commands, recording: recording.files,
      runner: CommandRunner(
        subject: try FolderSubject(
          recording: recording, replay: replay.joined(separator: " "), in: folder,
          for: commands.commands),
        folder: folder,
        limitSeconds: commands.limitSeconds,
        environment: JudgeEnvironment(recording: recording.files, seed: seed)),
      jobCount: jobOptions.jobs, noun: "joint states")
  }

  private var jointTiers: [Tier] {
    states.tiers == FuzzPlan.defaultTiers ? Tier.defaultOfFiles : states.tiers
  }

  private func judge(
    _ recording: RecordingSource, _ stopwatch: Stopwatch, _ report: inout RunReport
  ) throws {
    let subject: RecordedSubject
    do {
      subject = try RecordedSubject(recording, image, live: live, seed: seed)
    } catch let error as FormatError {
      let violation = Violation(by: .logReading, .l01, error.finding, evidence: [error.hint])
      report.findings = [Finding(recorded: violation, alsoBroken: [], reproduce: reproduction)]
      return
    }
    let commandCheck = try commands.check(
      subject.history, format: subject.format, jobCount: jobOptions.jobs, seed: seed,
      replay: replayLine)
    try commandCheck?.tryOut()
    let cuts = try range.cuts(in: Recording(subject.history))
    let judgeOptions = judgeOptions(cuts)
    let isOver = { budget.isOver(stopwatch) }
    let judgement = judgement(of: subject, judgeOptions, isOver)
    report.add(judgement, reproduce: reproduction)
    report.isInterrupted = judgement.isCutShort && Interrupts.isRequested
    if subject.index.entryCount == 0 { report.emptiness = subject.index.emptiness }
    report.notes =
      range.notes(cuts) + subject.notes + subject.notes(on: states.tiers)
      + judgement.tiers.map { $0.text(ignoring: ignore.rules) }
      + (judgement.sampledFrom.map { [StateBudgetOptions.note(on: $0)] } ?? [])
    if commandCheck != nil, states.tiers.contains(.recrash) {
      report.notes.append(RunReport.recrashNote)
    }
    guard let commandCheck else { return }
    var commandOptions = judgeOptions
    commandOptions.usualStateCount = budget.stateCount(
      usually: StateBudgetOptions.usualCommandStateCount)
    let sampled = commandOptions.sampledStates(of: subject.evidence)
    if let total = sampled.sampledFrom, judgement.sampledFrom == nil {
      report.notes.append("commands: " + StateBudgetOptions.note(on: total))
    }
    try commandCheck.judge(
      sampled.states, isOver: isOver, ignoring: ignore.rules, reproduce: reproduction,
      into: &report)
  }

  private func judgement(
    of subject: RecordedSubject, _ judgeOptions: Judge.Options, _ isOver: @escaping () -> Bool
  ) -> Judgement {
    var progress = ProgressLine()
    let judge = Judge(judgeOptions) { stateCount in
      progress.show("\(stateCount) crash states")
      return !Interrupts.isRequested && !isOver()
    }
    var judgement = judge.judge(subject.evidence)
    progress.clear()
    judgement.violations.removeAll { ignore.rules.contains($0.rule) }
    judgement.unjudgedRules.removeAll { ignore.rules.contains($0.rule) }
    judgement.unjudgedRules += ignore.rules.sorted().map { ($0, "switched off") }
    return judgement
  }

  private func judgeOptions(_ cuts: ClosedRange<Int>) -> Judge.Options {
    var options = Judge.Options(tiers: states.tiers, seed: seed)
    options.origin = log.origin
    options.maximumStateCount = budget.wantedStateCount
    options.usualStateCount = budget.stateCount(usually: StateBudgetOptions.usualStateCount)
    options.isTimed = budget.duration != nil
    options.cuts = cuts
    options.threads = LentThreads(count: jobOptions.jobs) { [jobs = jobOptions.jobs] body in
      SideBySide.run(threadCount: jobs, body)
    }
    return options
  }

  /// For each state: its name, the file as cut, the file after recovery, the virtual disk.
  private func listDigests() throws -> Int32 {
    if let format = try ImageCheck.format(of: path) {
      try StandardStreams.writeResult(imageCheck(format).digestLine())
      return 0
    }
    let recording = try RecordingSource(path, options: log, for: "check")
    let format = image.openedFormat(recording)
    try (format.isRaw ? OptionUse.checkingLog(of: format) : .digestsOfLog(format)).check()
    let index = try recording.options.index(recording.logPath, isGrowable: true)
    let history = try recording.history(index)
    let digester = ImageDigester(history: history, format: format)
    for (_, state) in StateEnumerator(history: history, tiers: states.tiers, seed: seed) {
      if Interrupts.isRequested { return Tool.interruptedStatus() }
      try StandardStreams.writeResult("\(state): \(digester.digests(of: state))\n")
    }
    return 0
  }

  var reproduction: String {
    var words = ["powercut", "check", path.shellQuoted] + log.words + image.words
    if states.tiers != FuzzPlan.defaultTiers {
      words += ["--states", states.defaultValueDescription]
    }
    if !ignore.rules.isEmpty { words += ["--ignore", ignore.defaultValueDescription] }
    words += budget.words + range.words + marks.words
    if seed != 1 { words += ["--seed", "\(seed)"] }
    if let live { words += ["--live", live.shellQuoted] }
    words += commands.words + leaveOut.words + persona.words
    return words.joined(separator: " ")
  }

  /// Writes the image of a state, whose name and file come after it.
  private var replayLine: String {
    (["powercut", "replay", path.shellQuoted] + log.words + image.words).joined(separator: " ")
  }
}
