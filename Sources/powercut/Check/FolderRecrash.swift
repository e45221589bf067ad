import Campaign
import Checking
import CrashStates
import Host
import Programs
import Recorder
import Scheduling
import Synchronization
import ToolSupport

/// Cuts what a check writes while it recovers a state: it is run once more, recorded, and asked about every state that
/// a power cut could leave of its own work. What was promised before the first cut must still be there.
final class FolderRecrash: Sendable {
  private let check: CommandCheck
  private let recording: JointRecording
  private let tiers: [Tier]
  private let libraryPath: String
  private let folder: TemporaryFolder
  private let counts = Mutex<(runs: Int, states: Int)>((0, 0))

  /// - Parameters:
  ///   - check: of one command.
  ///   - tiers: the states of each recovery.
  init(_ check: CommandCheck, _ recording: JointRecording, tiers: [Tier]) throws {
    self.check = check
    self.recording = recording
    self.tiers = tiers
    libraryPath = try PreloadedLibrary.path()
    folder = try TemporaryFolder(prefix: "powercut-recrash", prefersMemory: true)
  }

  /// States of recoveries that the check was asked about.
  var stateCount: Int { counts.withLock { $0.states } }

  /// The first state of the recovery that the check does not accept; `nil` where it accepts all, or writes nothing.
  ///
  /// - Throws: where the recovery cannot be recorded or its states not be judged.
  func failure(of state: CrashState) throws -> JudgedAnswer? {
    let number = counts.withLock { counts in
      counts.runs += 1
      return counts.runs
    }
    let place = folder.path("\(number)")
    try Folders.create(place)
    defer { Folders.remove(place) }
    return try firstFailure(of: state, in: place)?.answer
  }

  /// Makes the recovery of a state once more, and keeps its recording where the check refuses a state of it again.
  ///
  /// - Parameter kept: where the recording goes.
  /// - Returns: the state of the recovery that is refused, as `replay` takes it, and what the check says.
  func keep(
    _ state: CrashState, at kept: String
  ) throws -> (answer: JudgedAnswer, state: String)? {
    let place = folder.path("kept")
    try Folders.create(place)
    defer { Folders.remove(place) }
    guard let failure = try firstFailure(of: state, in: place) else { return nil }
    try Folders.rename("\(place)/recording", to: kept)
    return failure
  }

  private func firstFailure(
    of state: CrashState, in place: String
  ) throws -> (answer: JudgedAnswer, state: String)? {
    guard try record(state, in: place) else { return nil }
    let recovered = RecoveredState(recording: recording.files, state: state)
    let second = try JointRecording(
      "\(place)/recording", LogOptions.parse([]), persona: recording.files.persona, isQuiet: true)
    if second.files.stepCount == 0 { return nil }
    let command = check.commands[0]
    // Of its own, since several are judged at once.
    let states = try TemporaryFolder(prefix: "powercut-recrash", prefersMemory: true)
    let runner = try runner(second, recovered, in: states)
    let space = StateSpace(second.files, tiers: tiers, seed: runner.environment.seed)
    if let refusal = space.refusal(of: tiers) { throw refusal }
    var walk = StateWalk(second.files)
    walk.begin(StateEnumerator(space, tiers: tiers, sample: nil))
    while let candidate = walk.next(isGoingOn: { _ in !Interrupts.isRequested }) {
      let judged = try runner.ask(
        command, about: candidate.state, tier: candidate.tier, number: candidate.state.cut)
      counts.withLock { $0.states += 1 }
      if case .broken = judged.verdict {
        return (judged, second.files.text(of: candidate.state))
      }
    }
    if let reason = walk.leftOutReason { throw ToolError("of a recovery, \(reason)") }
    return nil
  }

  private func runner(
    _ second: JointRecording, _ recovered: RecoveredState, in folder: TemporaryFolder
  ) throws -> CommandRunner {
    let first = check.runner
    var environment = JudgeEnvironment(recording: second.files, seed: first.environment.seed)
    environment.recovered = recovered
    environment.isOfProgram = first.environment.isOfProgram
    return CommandRunner(
      subject: try FolderSubject(
        recording: second, replay: "", in: folder, for: [],
        recovered: recovered),
      folder: folder, limitSeconds: first.limitSeconds, environment: environment)
  }

  /// Runs the check on a state, recorded.
  ///
  /// - Returns: whether it changed anything.
  private func record(_ state: CrashState, in place: String) throws -> Bool {
    let watched = try Paths.absolute(place) + "/state"
    try StateFolder(recording.files, untouchedPath: recording.untouchedPath)
      .write(state, to: watched)
    var options = Recorder.Options(
      watched: watched, output: "\(place)/recording", libraryPath: libraryPath)
    options.keepsOutput = true
    options.errorPath = "\(place)/stderr"
    options.environment = try check.runner.environment.variables(
      for: state, tier: nil, marksPath: "\(place)/marks"
    ).merging(["LC_ALL": "C"]) { $1 }
    let recorder = try Recorder(options) { try RecordingManifest(recorded: $0).text() }
    let outcome = try recorder.run(check.commands[0].words(forSubjectAt: watched)) {
      Interrupts.isRequested
    }
    if outcome.wasInterrupted { return false }
    if let problem = outcome.problems.first {
      throw ToolError("what the check writes cannot be cut: \(problem)")
    }
    if let difference = try RecordedEnd("\(place)/recording").differences().first {
      throw ToolError("not recorded as it was: \(difference)")
    }
    return true
  }
}
