import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Rules

/// Gives every distinct crash state of a recording to each command, several at once.
struct CommandCheck {
  /// States that are enumerated before they are judged; a list of lost entries can be long.
  private static let batchStateCount = 256

  let commands: [ImageCommand]
  let recording: Recording
  let runner: CommandRunner
  let jobCount: Int
  /// States of earlier cuts are not given to commands.
  var firstCut = 0
  /// Given a state and the place of a command among the others, lets it be asked, or knows what it says.
  var remember: @Sendable (CrashState, Int, () throws -> JudgedAnswer) throws -> JudgedAnswer = {
    try $2()
  }
  /// What the progress line calls the states.
  var noun = "crash states"
  /// Whether commands are asked about smaller losses, too, to say why states fail.
  var explainsFailures = true

  /// Runs each command once on the last state, before anything is judged. What it says does not count.
  ///
  /// - Throws: where one cannot be started.
  func tryOut() throws {
    let last = CrashState(cut: recording.stepCount)
    if recording.unknownPath(in: last) != nil { return }
    for (number, command) in commands.enumerated() {
      try runner.tryOut(command, on: last, number: number)
    }
  }

  /// What commands said, and of which states.
  struct Answers {
    /// One for each command.
    var tallies: [CommandTally]
    var walk: StateWalk
  }

  /// Asks each command about each of the states, those with the same bytes once. An interrupt ends it.
  ///
  /// - Parameter isOver: asked between batches; whether the time for judging is over.
  /// - Throws: what keeps a command from being asked.
  func answers(
    about states: StateEnumerator, isOver: () -> Bool = { false }
  ) throws -> Answers {
    var answers = Answers(
      tallies: commands.map { CommandTally($0) }, walk: StateWalk(recording, firstCut: firstCut))
    answers.walk.begin(states)
    let recording = recording
    var progress = ProgressLine()
    defer { progress.clear() }
    var isGoingOn = true
    while isGoingOn, !isOver() {
      let batch = answers.walk.next(
        count: Self.batchStateCount, isGoingOn: { _ in !Interrupts.isRequested },
        circumstances: { StateWalk.Circumstances(generation: recording.markCount(atCut: $0)) })
      if batch.isEmpty { break }
      isGoingOn = try ask(about: batch, &answers.tallies, &progress)
    }
    if explainsFailures { try explain(&answers.tallies) }
    return answers
  }

  /// - Returns: `false` where the user wants to stop.
  private func ask(
    about states: [StateWalk.Candidate], _ tallies: inout [CommandTally],
    _ progress: inout ProgressLine
  ) throws -> Bool {
    let (commands, runner, remember) = (commands, runner, remember)
    let batch = CommandBatch(
      jobCount: jobCount, states: states.map(\.state), commandCount: commands.count, noun: noun)
    return try batch.ask(&tallies, &progress) { state, command, number in
      let candidate = states[state]
      return try remember(candidate.state, command) {
        try runner.ask(
          commands[command], about: candidate.state, tier: candidate.tier, number: number)
      }
    }
  }
}

extension CommandCheck {
  /// The images of a disk's states.
  ///
  /// - Parameters:
  ///   - format: what the disk holds; what commands recover is compared with its recovery.
  ///   - folder: where the images are written.
  ///   - replay: the one line that writes the image of a state to a file, for the reports.
  init(
    _ commands: [ImageCommand], _ history: DiskHistory, format: any ImageFormat,
    imageName: String, folder: TemporaryFolder, limitSeconds: UInt64, jobCount: Int, seed: UInt64,
    replay: @escaping @Sendable (CrashState) -> String
  ) throws {
    let subject = ImageSubject(
      history, format: format, imageName: imageName, in: try Paths.absolute(folder.path),
      looksAtFiles: format.hasRecovery, replay: replay)
    let recording = Recording(history)
    self.init(
      commands: commands, recording: recording,
      runner: CommandRunner(
        subject: subject, folder: folder, limitSeconds: limitSeconds,
        environment: JudgeEnvironment(recording: recording, seed: seed)),
      jobCount: jobCount, firstCut: UsableCut.first(in: history, format: format))
  }
}

extension CommandCheck {
  /// Judges the states of a recording and adds what was found to the report.
  ///
  /// - Parameter isOver: asked between batches; whether the time for judging is over.
  /// - Returns: the states that were gone through; `nil` where an interrupt came before.
  @discardableResult
  func judge(
    _ states: StateEnumerator, isOver: () -> Bool, ignoring ignoredRules: Set<Rule>,
    reproduce: String, into report: inout RunReport
  ) throws -> StateWalk? {
    var answers: Answers?
    if !report.isInterrupted {
      answers = try self.answers(about: states, isOver: isOver)
      report.isInterrupted = Interrupts.isRequested
    }
    add(
      answers?.tallies ?? commands.map { CommandTally($0) }, ignoring: ignoredRules,
      reproduce: reproduce, to: &report)
    return answers?.walk
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
    let unjudged = counts.unjudgedRules(comparesRecoveries: runner.subject.looksAtFiles)
    report.unjudgedRules += unjudged.filter { !ignoredRules.contains($0.rule) }
  }
}
