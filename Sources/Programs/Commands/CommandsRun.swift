import Bytes
import Campaign
import Host
import Recorder
import Scheduling

/// One run of the commands of a scenario: set up in a folder of its own, run, and recorded, in the order of a seed or in
/// their own.
package struct CommandsRun {
  /// About so many operations are to be expected of a run that nobody has seen.
  private static let expectedStepCount = 200
  private static let shownByteCount = 400

  /// Where everything is: gone with the last one who holds it.
  private let place: TemporaryFolder
  private let path: String
  /// Where the operations were the seed's to choose.
  package private(set) var steps = RunRecord.Steps()
  package private(set) var markCount = 0

  /// The recording, as `powercut record` writes it.
  package var recording: String { "\(path)/recording" }
  private var watched: String { "\(path)/folder" }
  private var errorPath: String { "\(path)/stderr" }

  /// - Parameters:
  ///   - libraryPath: the library that programs are started with.
  ///   - describe: the text of a recording's `manifest.json`.
  /// - Throws: what kept the run from being made or recorded; ``ProgramFailure`` has a sentence without
  ///   its full stop.
  package init(
    _ configuration: RunConfiguration, _ commands: ProgramCommands, seed: Seed,
    libraryPath: String,
    describe: @escaping (RecordedFileSummary) throws -> String
  ) throws {
    place = try TemporaryFolder(prefix: "powercut-program", prefersMemory: true)
    path = try Paths.absolute(place.path)
    try Folders.create(watched)
    try setUp(commands, seed: seed, libraryPath: libraryPath)
    var options = Recorder.Options(
      watched: watched, output: recording, libraryPath: libraryPath)
    options.ignoredNames = commands.ignoredNames
    options.marksFromOutput = try commands.marksPattern.map { try MarkPattern($0) }
    options.keepsOutput = true
    options.environment = Self.environment(seed)
    options.errorPath = errorPath
    let started = commands.run.map { commands.words($0, folder: watched, seed: seed) }
    let outcome: Recorder.Outcome
    var canFail = false
    switch commands.order {
    case .recorded:
      outcome = try Recorder(options, describe: describe).run(started) { Interrupts.isRequested }
    case .owned:
      (outcome, canFail) = try OwnProcessor.run { processor in
        options.control = Recorder.Control(processor: processor, seed: seed.rawValue)
        return try carryOut(
          started, configuration, seed: seed, Recorder(options, describe: describe))
      }
    }
    markCount = outcome.markCount
    try check(outcome, commands, canFail: canFail)
  }

  private static func environment(_ seed: Seed) -> [String: String] {
    ["POWERCUT_SEED": "\(seed)"]
  }

  /// - Throws: ``ProgramFailure`` where a command of it fails.
  private func setUp(_ commands: ProgramCommands, seed: Seed, libraryPath: String) throws {
    var environment = Self.environment(seed)
    if commands.order == .owned {
      // So that what it draws is the same in every run.
      environment.merge(Recorder.repeating(seed.rawValue)) { $1 }
      environment["LD_PRELOAD"] = libraryPath
    }
    for command in commands.setup {
      let outcome = try ChildProcess.run(
        argv: commands.words(command, folder: watched, seed: seed), environment: environment,
        isWanted: { !Interrupts.isRequested })
      guard outcome.status == .exited(0) else {
        throw ProgramFailure(
          reason: Self.sentence("setup", command, outcome.status, said: outcome.errors))
      }
    }
  }

  /// - Returns: what was recorded, and whether an operation was made to fail.
  private mutating func carryOut(
    _ commands: [[String]], _ configuration: RunConfiguration, seed: Seed, _ recorder: Recorder
  ) throws -> (Recorder.Outcome, Bool) {
    defer { recorder.close() }
    var processes = HeldProcesses(
      recorder: recorder,
      strategy: configuration.schedule.makeStrategy(
        seed: seed, expectedStepCount: Self.expectedStepCount),
      faults: FileFaults(configuration.faults))
    let statuses = try processes.run(commands)
    steps = processes.steps
    return (try recorder.finish(statuses, of: commands), processes.haveStruck)
  }

  private func check(
    _ outcome: Recorder.Outcome, _ commands: ProgramCommands, canFail: Bool
  ) throws {
    if outcome.wasInterrupted { throw ProgramFailure(reason: "interrupted") }
    guard canFail || outcome.commandStatus == .exited(0) else {
      let said = (try? InputFile.bytes(errorPath)) ?? []
      throw ProgramFailure(
        reason: Self.sentence("run", commands.run[0], outcome.commandStatus, said: said))
    }
    if let problem = outcome.problems.first {
      throw ProgramFailure(reason: "\(problem)".withoutFullStop)
    }
  }

  private static func sentence(
    _ key: String, _ command: ProgramCommands.Words, _ status: ChildProcess.Status, said: [UInt8]
  ) -> String {
    let text = String(decoding: said.suffix(shownByteCount), as: UTF8.self)
      .split(separator: "\n").suffix(3).joined(separator: " / ")
    return "\(key) '\(command.joined(separator: " "))' ended with \(status.words)"
      + (text.isEmpty ? "" : ": \(text)")
  }

  /// What `check` and `replay` take.
  ///
  /// - Throws: ``HostError`` where it cannot be read any more.
  package func recordedFiles() throws -> [RecordedRunFile] {
    try recordedFiles(below: "")
  }

  /// - Parameter folder: in the recording, with a slash behind it.
  private func recordedFiles(below folder: String) throws -> [RecordedRunFile] {
    try Folders.names(in: "\(recording)/\(folder)").flatMap { part -> [RecordedRunFile] in
      let name = folder + part
      let path = "\(recording)/\(name)"
      if Folders.isFolder(path) { return try recordedFiles(below: name + "/") }
      let isImage = folder.hasSuffix("\(Recorder.untouchedName)/") || part.hasSuffix(".img")
      return [
        RecordedRunFile(
          name: name,
          contents: isImage
            ? .sparse(try SparseBytes(reading: path))
            : .bytes(try InputFile.bytes(path, maximumByteCount: 1 << 30)))
      ]
    }
  }
}
