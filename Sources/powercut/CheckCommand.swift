import ArgumentParser
import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Reporting
import WriteLog

/// What an image is judged as.
enum ImageKind: String, CaseIterable, ExpressibleByArgument {
  case raw
}

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Judge every crash state of a recorded log.",
    discussion: """
      Works on any dm-log-writes file: of QEMU's blklogwrites, of the Linux device-mapper target, or \
      of Powercut's own recorder. What the log does not tell is not judged, and said so.
      """)

  @Argument(help: "A write log, or a recording's folder with writes.log.")
  var path: String

  @Option(name: .customLong("as"), help: "What the device holds: raw.")
  var kind = ImageKind.raw

  @Option(help: "Crash states by tier: \(Tier.forms), with commas between them.")
  var states = TierList(FuzzPlan.defaultTiers)

  @Option(help: "Seed of the random tiers.")
  var seed: UInt64 = 1

  @Option(help: "The device as the run left it; the replayed log is compared with it (L08).")
  var live: String?

  @OptionGroup var log: LogOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    try Tool.run {
      let stopwatch = Stopwatch()
      let recording = try RecordingSource(path, options: log)
      let report = try judge(recording)
      try outputOptions.write(report, stopwatch.timing(jobCount: 1))
      return report.exitStatus
    }
  }

  private func judge(_ recording: RecordingSource) throws -> RunReport {
    var report = RunReport(command: "check", subject: path)
    let index: WriteLogIndex
    do {
      index = try recording.options.index(recording.logPath)
    } catch let error as FormatError {
      let violation = Violation(.l01, error.finding, evidence: [error.hint])
      report.findings = [Finding(recorded: violation, alsoBroken: [], reproduce: reproduction)]
      return report
    }
    var evidence = try Evidence(recordedIn: index, history: recording.options.history(index))
    if let live = live ?? recording.livePath {
      evidence.live = .region(try MappedFile.map(live, access: .sequential))
    }
    var progress = ProgressLine()
    let judge = Judge(tiers: states.tiers, seed: seed) { stateCount in
      progress.show("\(stateCount) crash states")
      return !Interrupts.isRequested
    }
    let judgement = judge.judge(evidence)
    progress.clear()
    report.isInterrupted = judgement.isCutShort
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
    if evidence.arePromisesImplied {
      report.notes.append(
        "promises: implied by the log's own FLUSH and FUA entries, for it has no marks of a client")
    }
    report.notes.append(
      "the log is judged as it was left: what it counted too early (L04) or claimed durable too "
        + "early (L09) while it was written shows in a simulated run only")
    report.notes += judgement.tiers.map {
      "\($0.tier): \($0.stateCount) states, \($0.distinctStateCount) not seen before"
    }
    return report
  }

  private var reproduction: String {
    var words = ["powercut", "check", path.shellQuoted] + log.words
    if states.tiers != FuzzPlan.defaultTiers {
      words += ["--states", states.defaultValueDescription]
    }
    if seed != 1 { words += ["--seed", "\(seed)"] }
    if let live { words += ["--live", live.shellQuoted] }
    return words.joined(separator: " ")
  }
}
