import Bytes
import Checking
import CrashStates
import Host
import ToolSupport

/// Gives what one crash state left to one command, in a folder of its own that is gone afterwards.
///
/// The command runs in our working directory, with the C locale so that its words are the same
/// everywhere, and in a process group of its own that does not outlive it. What leaves the group (with
/// `setsid`) is not found again.
struct CommandRunner: Sendable {
  /// What shells and programs that start others (`env`, `timeout`) exit with where they cannot.
  private static let notStartedStatuses: [Int32] = [126, 127]

  let subject: any CommandSubject
  let folder: TemporaryFolder
  let limitSeconds: UInt64
  let environment: JudgeEnvironment
  private let residents: ResidentJudges

  init(
    subject: any CommandSubject, folder: TemporaryFolder, limitSeconds: UInt64,
    environment: JudgeEnvironment
  ) {
    self.subject = subject
    self.folder = folder
    self.limitSeconds = limitSeconds
    self.environment = environment
    residents = ResidentJudges(
      in: folder, environment: ["LC_ALL": "C", "POWERCUT_SEED": "\(environment.seed)"],
      limitSeconds: limitSeconds)
  }

  /// - Parameters:
  ///   - tier: where the state comes from; `nil` where somebody asks for it by name.
  ///   - number: no two questions at the same time may have the same one.
  /// - Throws: where the copy cannot be written, where the command cannot be started, and where the
  ///   disk is full by then.
  func ask(
    _ command: ImageCommand, about state: CrashState, tier: Tier? = nil, number: Int
  ) throws -> JudgedAnswer {
    if let oracle = command.oracle {
      let answer = CommandAnswer(try subject.answer(of: oracle, about: state))
      return subject.judge(command, state, answer, path: "")
    }
    func ask(isAnew: Bool) throws -> JudgedAnswer {
      try self.ask(command, about: state, tier, number: number, isAnew: isAnew) { answer, path in
        subject.judge(command, state, answer, path: path)
      }
    }
    let first = try ask(isAnew: false)
    if first.violations.isEmpty { return first }
    // Nothing is called broken but what was written anew for it.
    let second = try ask(isAnew: true)
    if !second.violations.isEmpty || Interrupts.isRequested { return second }
    throw ToolError(
      """
      '\(command)' refused the state \(environment.recording.text(of: state)) and did not refuse it when it was asked \
      once more: its answers depend on something else than the \(command.subject), so none of them can be trusted. Look \
      for times, random numbers and files elsewhere.
      """)
  }

  /// Runs a command once; what it says of the state does not count.
  ///
  /// - Throws: where it cannot be started.
  func tryOut(_ command: ImageCommand, on state: CrashState, number: Int) throws {
    if command.oracle != nil { return }
    do {
      let end = try ask(command, about: state, nil, number: number, isAnew: true) { answer, _ in
        answer.end
      }
      guard case .exited(let status) = end, Self.notStartedStatuses.contains(status) else { return }
    } catch let error as HostError where error.action == "start" {
      throw ToolError("--command '\(command)': \(error)\(Self.packageHint(command.program))")
    }
    throw ToolError(
      """
      --command '\(command)': exit 126 or 127 says that a program behind it cannot be started. \
      Install it, or check its path.
      """)
  }

  /// - Parameter look: gets the answer, and the path of what the command left.
  private func ask<Outcome>(
    _ command: ImageCommand, about state: CrashState, _ tier: Tier?, number: Int, isAnew: Bool,
    _ look: (CommandAnswer, String) -> Outcome
  ) throws -> Outcome {
    let place = try Paths.absolute(folder.path) + "/\(number)"
    let marksPath = "\(place).marks"
    defer { Folders.remove(marksPath) }
    func ask(_ path: String) throws -> Outcome {
      let answer =
        command.isResident
        ? try residents.answer(
          of: command, about: path, marks: environment.marksText(for: state))
        : try answer(
          command, about: path,
          environment.variables(for: state, tier: tier, marksPath: marksPath))
      if subject.looksAtFiles || answer.end != .exited(status: 0) { try refuseFullDisk() }
      return look(answer, path)
    }
    return try isAnew
      ? subject.showAnew(state, at: place, ask) : subject.show(state, at: place, ask)
  }

  private func answer(
    _ command: ImageCommand, about path: String, _ variables: [String: String]
  ) throws -> CommandAnswer {
    let outcome = try ChildProcess.run(
      argv: command.words(forSubjectAt: path),
      environment: variables.merging(["LC_ALL": "C"]) { $1 },
      timeLimit: .seconds(Int64(limitSeconds)), keptByteCount: CommandOutput.keptByteCount,
      isWanted: { !Interrupts.isRequested })
    return CommandAnswer(
      end(outcome.status),
      output: CommandOutput(outcome.output, imagePath: path, subject: command.subject),
      errors: CommandOutput(outcome.errors, imagePath: path, subject: command.subject))
  }

  private func end(_ status: ChildProcess.Status) -> CommandAnswer.End {
    switch status {
    case .exited(let status): .exited(status: status)
    case .signalled(let number): .signalled(number: number)
    case .timedOut: .timedOut(limitSeconds: limitSeconds)
    }
  }

  private func refuseFullDisk() throws {
    if let shortage = FreeSpace.shortage(at: folder.path) { throw shortage }
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
