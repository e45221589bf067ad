import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Rules

/// Gives every distinct crash state of a log to each command, several at once.
struct CommandCheck {
  /// States that are enumerated before they are judged; a list of lost entries can be long.
  private static let batchStateCount = 256
  /// What shells and programs that start others (`env`, `timeout`) exit with where they cannot.
  private static let notStartedStatuses: [Int32] = [126, 127]

  let judges: [CommandJudge]
  let history: DiskHistory
  let runner: CommandRunner
  let jobCount: Int
  let comparesRecoveries: Bool
  /// States of earlier cuts are not given to commands.
  let firstCut: Int
  /// Given a state and the place of a command among the others, lets it be asked, or knows what it says.
  var remember: @Sendable (CrashState, Int, () throws -> JudgedAnswer) throws -> JudgedAnswer = {
    try $2()
  }
  /// What the progress line calls the states.
  var noun = "crash states"

  /// Runs each command once on the last state, before anything is judged. What it says does not count.
  ///
  /// - Throws: where one cannot be started.
  func tryOut() throws {
    let last = CrashState(cut: history.entryCount)
    for (number, judge) in judges.enumerated() {
      try Self.tryOut(judge.command) {
        try runner.ask(judge.command, about: last, number: number) { answer, _ in answer.end }
      }
    }
  }

  /// - Parameter start: runs the command once.
  /// - Throws: where it cannot be started.
  static func tryOut(
    _ command: ImageCommand, _ start: () throws -> CommandAnswer.End
  ) throws {
    do {
      guard case .exited(let status) = try start(), notStartedStatuses.contains(status) else {
        return
      }
    } catch let error as HostError where error.action == "start" {
      throw ToolError("--command '\(command)': \(error)\(packageHint(command.program))")
    }
    throw ToolError(
      """
      --command '\(command)': exit 126 or 127 says that a program behind it cannot be started. \
      Install it, or check its path.
      """)
  }

  /// Asks each command about each of the states, those with the same bytes once. An interrupt ends it.
  ///
  /// - Parameter isOver: asked between batches; whether the time for judging is over.
  /// - Returns: what they say, one for each command.
  /// - Throws: what keeps a command from being asked.
  func tallies(
    of states: StateEnumerator, isOver: () -> Bool = { false }
  ) throws -> [CommandTally] {
    var tallies = judges.map { CommandTally($0.command) }
    var states = DistinctStates(history, states, firstCut: firstCut)
    var progress = ProgressLine()
    defer { progress.clear() }
    var isGoingOn = true
    while isGoingOn, !isOver() {
      let batch = states.next(count: Self.batchStateCount)
      if batch.isEmpty { break }
      isGoingOn = try ask(about: batch, &tallies, &progress)
    }
    return tallies
  }

  /// - Returns: `false` where the user wants to stop.
  private func ask(
    about states: [CrashState], _ tallies: inout [CommandTally], _ progress: inout ProgressLine
  ) throws -> Bool {
    let (judges, runner, remember) = (judges, runner, remember)
    let batch = CommandBatch(
      jobCount: jobCount, stateCount: states.count, commandCount: judges.count,
      noun: noun)
    return try batch.ask(&tallies, &progress) { state, command, number in
      let (judge, state) = (judges[command], states[state])
      return try remember(state, command) {
        try runner.ask(judge.command, about: state, number: number) { answer, left in
          judge.judge(state, answer, left: left)
        }
      }
    }
  }

  /// Where Debian has the programs that this is mostly used with.
  private static func packageHint(_ program: String) -> String {
    let packages = [
      "qemu-img": "qemu-utils", "qemu-io": "qemu-utils", "qemu-nbd": "qemu-utils",
      "vhdiinfo": "libvhdi-utils", "e2fsck": "e2fsprogs", "fsck.ext4": "e2fsprogs",
      "xfs_repair": "xfsprogs", "btrfs": "btrfs-progs", "sqlite3": "sqlite3",
    ]
    return packages[program].map { " It is in the Debian package '\($0)'." } ?? ""
  }
}

extension CommandCheck {
  /// - Parameters:
  ///   - format: what the disk holds; what commands recover is compared with its recovery.
  ///   - folder: where the images are written.
  ///   - replay: the one line that writes the image of a state to a file, for the reports.
  init(
    _ commands: [ImageCommand], _ history: DiskHistory, format: any ImageFormat,
    imageName: String, folder: TemporaryFolder, limitSeconds: UInt64, jobCount: Int,
    replay: @escaping @Sendable (CrashState) -> String
  ) {
    judges = commands.map { command in
      CommandJudge(command, history: history, format: format, lineThatWrites: replay)
    }
    self.history = history
    runner = CommandRunner(
      history: history, folder: folder, imageName: imageName, limitSeconds: limitSeconds,
      looksAtFiles: format.hasRecovery)
    self.jobCount = jobCount
    comparesRecoveries = format.hasRecovery
    firstCut = UsableCut.first(in: history, format: format)
  }
}

extension CommandCheck {
  /// Judges the states of a recording and adds what was found to the report.
  ///
  /// - Parameter isOver: asked between batches; whether the time for judging is over.
  func judge(
    _ states: StateEnumerator, isOver: () -> Bool, ignoring ignoredRules: Set<Rule>,
    reproduce: String, into report: inout RunReport
  ) throws {
    var tallies = judges.map { CommandTally($0.command) }
    if !report.isInterrupted {
      tallies = try self.tallies(of: states, isOver: isOver)
      report.isInterrupted = Interrupts.isRequested
    }
    add(tallies, ignoring: ignoredRules, reproduce: reproduce, to: &report)
  }

  private func add(
    _ tallies: [CommandTally], ignoring ignoredRules: Set<Rule>, reproduce: String,
    to report: inout RunReport
  ) {
    let counts = tallies.map(\.counts)
    report.counts.commands = counts
    report.notes += counts.map(\.note)
    if firstCut > 0 {
      report.notes.append("commands: cuts before \(firstCut) are left out, no image is there yet")
    }
    for violation in tallies.flatMap(\.violations) where !ignoredRules.contains(violation.rule) {
      report.findings.append(
        Finding(recorded: violation, alsoBroken: [], reproduce: reproduce))
    }
    let rules = Set(report.findings.map(\.rule)).sorted()
    for place in report.findings.indices {
      report.findings[place].alsoBroken = rules.filter { $0 != report.findings[place].rule }
    }
    let unjudged = counts.unjudgedRules(comparesRecoveries: comparesRecoveries)
    report.unjudgedRules += unjudged.filter { !ignoredRules.contains($0.rule) }
  }
}

/// The crash states of some tiers that differ in their digest, in the order of the enumeration.
private struct DistinctStates {
  private let history: DiskHistory
  private var states: StateEnumerator.Iterator
  private let firstCut: Int
  private var seen: Set<Digest128> = []

  init(_ history: DiskHistory, _ states: StateEnumerator, firstCut: Int) {
    self.history = history
    self.firstCut = firstCut
    self.states = states.makeIterator()
  }

  /// At most `count` more; none at the end.
  mutating func next(count: Int) -> [CrashState] {
    var batch: [CrashState] = []
    while batch.count < count, !Interrupts.isRequested, let (_, state) = states.next() {
      guard state.cut >= firstCut else { continue }
      if seen.insert(history.digest(of: state)).inserted { batch.append(state) }
    }
    return batch
  }
}
