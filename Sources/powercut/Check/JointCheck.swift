import Bytes
import Campaign
import Checking
import CrashStates
import Host
import Programs

/// Gives the folder of every distinct joint state to each command, several at once, and reports what they
/// say (X03).
struct JointCheck {
  /// States that are enumerated before they are judged.
  private static let batchStateCount = 256

  let recording: JointRecording
  let space: JointStateSpace
  let tiers: [Tier]
  let sample: StateSample?
  let commands: [ImageCommand]
  let call: CommandCall
  let jobCount: Int
  /// The command line that writes the folder of a state, up to the state's name.
  let replay: String

  private var history: JointHistory { recording.history }

  /// - Parameter isOver: asked between batches; whether the time for judging is over.
  func judge(isOver: () -> Bool, reproduce: String, into report: inout RunReport) throws {
    try tryOut()
    var states = DistinctJointStates(
      history, JointStateEnumerator(space, tiers: tiers, sample: sample))
    var tallies = commands.map { CommandTally($0) }
    var progress = ProgressLine()
    var isGoingOn = true
    while isGoingOn, !isOver() {
      let batch = states.next(count: Self.batchStateCount)
      if batch.isEmpty { break }
      isGoingOn = try ask(about: batch, &tallies, &progress)
    }
    progress.clear()
    report.isInterrupted = Interrupts.isRequested
    report.counts.entries = history.lineCount
    report.counts.states = states.judgeableCount
    report.counts.commands = tallies.map(\.counts)
    report.counts.distinctStates = tallies.map(\.counts.stateCount).max() ?? 0
    report.notes += recording.notes + states.notes + tallies.map(\.counts.note)
    for violation in tallies.flatMap(\.violations) {
      report.findings.append(
        Finding(recorded: violation, alsoBroken: [], reproduce: reproduce))
    }
    if !tallies.contains(where: \.counts.hasJudged) {
      report.unjudgedRules.append((.x03, "no command said good or bad of any state"))
    }
  }

  /// Runs each command once on the last state; what it says does not count.
  private func tryOut() throws {
    let last = JointState(cut: history.lineCount)
    if history.unknownPath(in: last) != nil { return }
    for (number, command) in commands.enumerated() {
      try CommandCheck.tryOut(command) { try answer(command, last, number).end }
    }
  }

  /// - Returns: `false` where the user wants to stop.
  private func ask(
    about states: [JointState], _ tallies: inout [CommandTally], _ progress: inout ProgressLine
  ) throws -> Bool {
    let check = self
    let batch = CommandBatch(
      jobCount: jobCount, stateCount: states.count, commandCount: commands.count,
      noun: "joint states")
    return try batch.ask(&tallies, &progress) { state, command, number in
      let (command, state) = (check.commands[command], states[state])
      return check.judged(state, command, try check.answer(command, state, number))
    }
  }

  private func answer(
    _ command: ImageCommand, _ state: JointState, _ number: Int
  ) throws -> CommandAnswer {
    let place = "\(try Paths.absolute(call.folder.path))/\(number)"
    defer { Folders.remove(place) }
    try JointFolder.write(state, of: history, to: place)
    let answer = try call.answer(command, about: place)
    if answer.end != .exited(status: 0) { try call.refuseFullDisk() }
    return answer
  }

  private func judged(
    _ state: JointState, _ command: ImageCommand, _ answer: CommandAnswer
  ) -> JudgedAnswer {
    let verdict = answer.verdict(isKnownClean: true)
    guard case .broken(let what) = verdict else { return JudgedAnswer(verdict: verdict) }
    let last =
      state.cut == 0 ? "nothing" : "line \(state.cut - 1), \(recording.lines[state.cut - 1])"
    let violation = Violation(
      by: .commandJudge, .x03, "'\(command)' \(what) (joint state \(state))",
      evidence: answer.shownLines + history.descriptions(ofLossesIn: state) + [
        "the last that happened: \(last)",
        "the folder: \(replay) --state \("\(state)".shellQuoted) --output state",
      ])
    return JudgedAnswer(verdict: verdict, violations: [violation])
  }
}

/// The joint states of some tiers that differ in their folders, in the order of the enumeration.
private struct DistinctJointStates {
  private let history: JointHistory
  private var states: JointStateEnumerator
  private var seen: Set<Digest128> = []
  private(set) var judgeableCount = 0
  private var unknown: (path: String, stateCount: Int)?

  init(_ history: JointHistory, _ states: JointStateEnumerator) {
    self.history = history
    self.states = states
  }

  /// At most `count` more; none at the end.
  mutating func next(count: Int) -> [JointState] {
    var batch: [JointState] = []
    while batch.count < count, !Interrupts.isRequested, let (_, state) = states.next() {
      if let path = history.unknownPath(in: state) {
        unknown = (unknown?.path ?? path, (unknown?.stateCount ?? 0) + 1)
        continue
      }
      judgeableCount += 1
      if seen.insert(history.digest(of: state)).inserted { batch.append(state) }
    }
    return batch
  }

  var notes: [String] {
    guard let unknown else { return [] }
    return [
      "\(unknown.stateCount) states are left out: \(JointFolderError(path: unknown.path))"
    ]
  }
}
