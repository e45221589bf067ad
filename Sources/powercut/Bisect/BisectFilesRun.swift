import Bytes
import Campaign
import Checking
import CrashStates
import Host
import ToolSupport
import WriteLog

/// Asks a command about the states of several files together, and puts the answer together.
struct BisectFilesRun {
  private let options: BisectCommand
  private let command: ImageCommand
  private let recording: JointRecording
  private let bisect: Bisect
  private let replay: String

  /// Whether a path is of several files, or of one whose folder a command asks for.
  static func isAbout(_ path: String, _ command: ImageCommand?, leaveOut: [String]) throws -> Bool {
    guard let folder = try RecordedFolder(path) else { return false }
    return folder.onlyRecording == nil || command?.subject == .folder || !leaveOut.isEmpty
  }

  init(_ options: BisectCommand) throws {
    self.options = options
    try OptionUse.bisectingFiles.check()
    guard let command = options.command, command.subject == .folder else {
      throw ToolError(
        """
        \(options.path) holds several files, which are judged together by a command: --command 'CMD {folder}', or by \
        what is built in: --oracle. Each file alone is searched by its own folder in there.
        """)
    }
    self.command = command
    recording = try JointRecording(
      options.path, options.log, persona: options.persona.persona,
      leaveOut: options.leaveOut.patterns)
    let given = options.states.tiers
    let tiers = given == FuzzPlan.defaultTiers ? Tier.defaultOfFiles : given
    let space = StateSpace(
      recording.files, tiers: tiers, seed: options.seed,
      cuts: try options.range.cuts(in: recording.files))
    if let refusal = space.refusal(of: tiers) { throw refusal }
    bisect = Bisect(space, tiers: tiers)
    replay =
      (["powercut", "replay", options.path.shellQuoted, "--folder"] + options.leaveOut.words
      + options.persona.words).joined(separator: " ")
  }

  /// - Throws: what ends a run with status 2.
  func result() throws -> BisectResult {
    let files = recording.files
    var result = BisectResult(
      path: options.path, question: .command(command.text), entryCount: files.stepCount,
      reproduce: options.reproduction(rule: nil))
    result.text = { files.text(of: $0) }
    let folder = try BisectCommandJudge.folder()
    let judge = try BisectCommandJudge(
      command, options, of: files,
      try FolderSubject(recording: recording, replay: replay, in: folder, for: [command]),
      in: folder)
    try result.search(bisect, judge) { answer, result in
      result.answer = answer
      if case .culprit(let culprit) = answer.verdict { result.sides = sides(of: culprit) }
    }
    try explain(&result, judge)
    result.notes = options.range.notes(bisect.space.cuts) + recording.notes
    try addGaps(to: &result)
    if let unknown = judge.unknown, judge.runCount > 0 {
      result.obstacles.append("states are left out: \(unknown)")
    }
    if files.marks.isEmpty, let oracle = command.oracle, oracle.needsMarks {
      result.unjudgedReason = oracle.reasonWithoutMarks
    }
    return result
  }

  /// Says why the state fails that was found, as `check` does.
  private func explain(_ result: inout BisectResult, _ judge: BisectCommandJudge) throws {
    // An oracle starts nothing.
    defer { result.commandRunCount = command.oracle == nil ? judge.runCount : 0 }
    guard let violation = result.violation, let bad = result.answer?.failingState else { return }
    let key = FailureGroups.key(of: violation)
    do {
      let lines = try FailureExplanation(of: recording.files) { recording.words(ofStep: $0) }
        .lines(of: bad) { state in
          try judge.answer(state).violations.contains { FailureGroups.key(of: $0) == key }
        }
      result.violation?.difference = lines.conditions
      result.violation?.evidence.insert(contentsOf: lines.remedies, at: 0)
    } catch is BisectInterruption {
      result.isInterrupted = true
    }
  }

  private func addGaps(to result: inout BisectResult) throws {
    var report = RunReport(command: "bisect", subject: options.path)
    for file in recording.sources { report.add(gapsOf: file.source, at: file.path) }
    for gap in try recording.unseen {
      report.distrustFindings("the recording \(options.path) is incomplete: \(gap)")
    }
    result.obstacles += report.obstacles
    result.isDistrusted = !report.areFindingsProven
    if recording.files.stepCount == 0, !result.isFailing {
      result.unjudgedReason = "the recording holds no operation"
    }
  }

  // MARK: Both sides

  private func sides(of culprit: BisectAnswer.Culprit) -> BisectResult.Sides {
    let bad = culprit.bad
    let first = culprit.before?.cut ?? bad.cut
    var steps = bad.lost.map { ($0, BisectResult.Difference.Kind.lost) }
    if let torn = bad.torn { steps.append((torn.entryIndex, .torn)) }
    let special = Set(steps.map(\.0))
    steps += (first..<bad.cut).filter { !special.contains($0) }.map { ($0, .arrived) }
    return BisectResult.Sides(
      culprit: culprit,
      entries: steps.prefix(BisectSides.maximumEntryCount).map { difference($1, $0) },
      ranges: nil,
      names: culprit.good.map { FolderDifference(recording.files, $0, bad).lines } ?? [],
      structures: nil, goodCommand: culprit.good.map { replayLine($0, "good") },
      badCommand: replayLine(bad, "bad"))
  }

  private func difference(
    _ kind: BisectResult.Difference.Kind, _ step: Int
  ) -> BisectResult.Difference {
    BisectResult.Difference(
      kind: kind, step: step, entry: recording.entry(ofStep: step)?.entry,
      text: recording.text(ofStep: step))
  }

  private func replayLine(_ state: CrashState, _ output: String) -> String {
    "\(replay) --state \(recording.files.text(of: state).shellQuoted) --output \(output)"
  }
}

/// What differs between the folders of two states, name by name.
struct FolderDifference {
  private static let maximumLineCount = 32

  let lines: [String]

  init(_ recording: Recording, _ good: CrashState, _ bad: CrashState) {
    let (one, other) = (Self.names(recording, good), Self.names(recording, bad))
    var lines: [String] = []
    for path in Set(one.keys).union(other.keys).sorted() where one[path] != other[path] {
      lines.append("\(path): good \(one[path] ?? "nothing"), bad \(other[path] ?? "nothing")")
    }
    let omittedCount = lines.count - Self.maximumLineCount
    self.lines =
      lines.prefix(Self.maximumLineCount) + (omittedCount > 0 ? ["and \(omittedCount) more"] : [])
  }

  private static func names(_ recording: Recording, _ state: CrashState) -> [FilePath: String] {
    var found: [FilePath: String] = [:]
    for name in recording.names(in: state) {
      let mode = String(name.mode, radix: 8)
      found[name.path] =
        switch name.contents {
        case .recorded(let file, let own):
          "a file of \(recording.files[file].history.byteCount(of: own)) bytes, mode \(mode), "
            + "\(recording.files[file].history.digest(of: own))"
        case .empty: "an empty file, mode \(mode)"
        case .untouched: "the file from before, mode \(mode)"
        case .unknown: "a file that nobody knows"
        case .folder: "a folder, mode \(mode)"
        case .link(let target): "a link to '\(target)'"
        }
    }
    return found
  }
}
