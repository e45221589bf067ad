import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Reporting
import Scheduling
import Stacks
import VHDX
import WriteLog

/// What an image is judged as.
enum ImageKind: String, CaseIterable, ExpressibleByArgument {
  case raw
  case vhdx
}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge every crash state of a recorded log, or one VHDX image.",
    discussion: """
      A VHDX image alone is judged for its structures, its log replayed in memory.

      Works on any dm-log-writes file: of QEMU's blklogwrites, of the Linux device-mapper target, or \
      of Powercut's own recorder. What the log does not tell is not judged, and said so.
      """)

  @Argument(help: "A write log, a recording's folder with writes.log, or a VHDX image.")
  var path: String

  @OptionGroup var image: ImageOptions

  @Flag(help: "With --as vhdx: list three digests of each state instead of judging it.")
  var digests = false

  @Option(help: "Crash states by tier: \(Tier.forms), with commas between them.")
  var states = TierList(FuzzPlan.defaultTiers)

  @OptionGroup var budget: StateBudgetOptions

  @Option(
    help: """
      Who wrote the log: powercut, linux (dm-log-writes), qemu (blklogwrites) or unknown. (default: \
      powercut where its entries say so, else unknown)
      """)
  var origin: LogOrigin?

  @Option(help: "Rules that the target is known to break, with commas between them: S05,D10.")
  var ignore = RuleList()

  @Option(help: "Seed of the random tiers.")
  var seed: UInt64 = 1

  @Option(help: "The device as the run left it; the replayed log is compared with it (L08).")
  var live: String?

  @OptionGroup var log: LogOptions
  @OptionGroup var commands: CommandOptions
  @OptionGroup var jobOptions: JobOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      if try ImageCheck.isImage(path) {
        try commands.refuseForImage()
        let report = try ImageCheck(path: path).report(
          reproduce: "powercut check \(path.shellQuoted)")
        try outputOptions.write(report, stopwatch.timing(jobCount: 1))
        return report.exitStatus
      }
      let recording = try RecordingSource(path, options: log)
      if digests { return try listDigests(recording) }
      let report = try judge(recording, stopwatch)
      try outputOptions.write(report, stopwatch.timing(jobCount: commands.jobCount(jobOptions)))
      return report.exitStatus
    }
  }

  func validate() throws {
    guard commands.isEmpty || !digests else {
      throw ValidationError("--digests judges nothing: leave --command out")
    }
  }

  private func judge(_ recording: RecordingSource, _ stopwatch: Stopwatch) throws -> RunReport {
    var report = RunReport(command: "check", subject: path)
    let index: WriteLogIndex
    do {
      index = try recording.options.index(
        recording.logPath, isGrowable: image.kind(recording) == .vhdx)
    } catch let error as FormatError {
      let violation = Violation(.l01, error.finding, evidence: [error.hint])
      report.findings = [Finding(recorded: violation, alsoBroken: [], reproduce: reproduction)]
      return report
    }
    var evidence = try Evidence(recordedIn: index, history: recording.options.history(index))
    if let live = live ?? recording.livePath {
      evidence.live = .region(try MappedFile.map(live, access: .sequential))
    }
    if image.kind(recording) == .vhdx {
      evidence.image = try imageEvidence(recording, evidence.history)
      // What a log implies is about the file, and a client of the image knows the virtual disk only.
      if evidence.arePromisesImplied { evidence.client = nil }
    }
    let commandCheck = try commands.check(
      evidence.history, recovery: evidence.image?.recovery, jobCount: jobOptions.jobs,
      replay: replayLine)
    try commandCheck?.tryOut()
    var progress = ProgressLine()
    let judge = Judge(judgeOptions) { stateCount in
      progress.show("\(stateCount) crash states")
      return !Interrupts.isRequested && !isOver(stopwatch)
    }
    var judgement = judge.judge(evidence)
    if let refusal = judgement.refusal { throw ToolError("\(refusal)") }
    judgement.violations.removeAll { ignore.rules.contains($0.rule) }
    judgement.unjudgedRules.removeAll { ignore.rules.contains($0.rule) }
    judgement.unjudgedRules += ignore.rules.sorted().map { ($0, "switched off") }
    progress.clear()
    report.isInterrupted = judgement.isCutShort && !isOver(stopwatch)
    report.counts.add(judgement)
    report.counts.runs = 0
    let rules = judgement.violations.map(\.rule)
    report.findings = judgement.violations.map { violation in
      Finding(
        recorded: violation, alsoBroken: rules.filter { $0 != violation.rule }.sorted(),
        reproduce: reproduction)
    }
    report.unjudgedRules = judgement.unjudgedRules
    report.notes = index.shapeNotes
    if evidence.client == nil {
      report.notes.append(
        "promises: none, for the log has no marks of what a client of the image was told")
    } else if evidence.arePromisesImplied {
      report.notes.append(
        "promises: implied by the log's own FLUSH and FUA entries, for it has no marks of a client")
    }
    report.notes.append(
      "the log is judged as it was left: what it counted too early (L04) or claimed durable too "
        + "early (L09) while it was written shows in a simulated run only")
    report.notes += origin(index).blindSpots
    report.notes += judgement.tiers.map(\.text)
    try commandCheck?.judge(
      states.tiers, seed: seed, ignoring: ignore.rules, reproduce: reproduction, into: &report)
    return report
  }

  private var judgeOptions: Judge.Options {
    var options = Judge.Options(tiers: states.tiers, seed: seed)
    options.origin = origin
    options.maximumStateCount = budget.maxStates
    options.isTimed = budget.duration != nil
    return options
  }

  private func isOver(_ stopwatch: Stopwatch) -> Bool {
    budget.duration.map { stopwatch.elapsedNanoseconds >= $0.nanoseconds } ?? false
  }

  private func origin(_ index: WriteLogIndex) -> LogOrigin {
    origin ?? LogOrigin(recognizing: index)
  }

  /// What goes on with the image is the writer that belongs to the profile (rule D10).
  private func imageEvidence(
    _ recording: RecordingSource, _ history: DiskHistory
  ) throws -> ImageEvidence {
    var evidence = ImageEvidence(recovery: image.recovery(recording))
    guard let parameters = ImageParameters.find(in: history) else {
      throw ToolError(
        """
        \(path): no VHDX image is there before the first entry, and none after the last. Give the \
        image as it was when the recording began (--base FILE) and, for a log that does not tell \
        lengths, how long the file became (--image-size).
        """)
    }
    guard let stack = image.stack(recording) else { return evidence }
    let options = VHDXDisk.Options(
      bugs: stack.profile.bugs, habits: stack.profile.habits, recovery: evidence.recovery,
      identity: seed)
    let continuation = Continuation(options: options, parameters: parameters, seed: Seed(seed))
    evidence.goOn = { continuation.failure(of: $0) }
    return evidence
  }

  /// For each state: its name, the file as cut, the file after recovery, the virtual disk.
  private func listDigests(_ recording: RecordingSource) throws -> Int32 {
    guard image.kind(recording) == .vhdx else {
      throw ToolError(
        "--digests belongs to --as vhdx; `powercut replay --digests` is for any disk.")
    }
    let index = try recording.options.index(recording.logPath, isGrowable: true)
    let history = try recording.options.history(index)
    var digester = ImageDigester(history: history, recovery: image.recovery(recording))
    for (_, state) in StateEnumerator(history: history, tiers: states.tiers, seed: seed) {
      if Interrupts.isRequested { return 130 }
      try StandardStreams.writeResult("\(state): \(digester.digests(of: state))\n")
    }
    return 0
  }

  private var reproduction: String {
    var words = ["powercut", "check", path.shellQuoted] + log.words + image.words
    if states.tiers != FuzzPlan.defaultTiers {
      words += ["--states", states.defaultValueDescription]
    }
    if !ignore.rules.isEmpty { words += ["--ignore", ignore.defaultValueDescription] }
    if let origin { words += ["--origin", origin.rawValue] }
    words += budget.words
    if seed != 1 { words += ["--seed", "\(seed)"] }
    if let live { words += ["--live", live.shellQuoted] }
    words += commands.words
    return words.joined(separator: " ")
  }

  /// Writes the image of a state, whose name and file come behind it.
  private var replayLine: String {
    (["powercut", "replay", path.shellQuoted] + log.words + image.words).joined(separator: " ")
  }
}
