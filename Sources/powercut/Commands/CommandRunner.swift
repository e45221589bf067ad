import Bytes
import Checking
import CrashStates
import Host

/// Gives the image of one crash state to one command, in a folder of its own that is gone afterwards.
///
/// The command runs in our working directory, with the C locale so that its words are the same
/// everywhere, and in a process group of its own that does not outlive it. What leaves the group (with
/// `setsid`) is not found again.
struct CommandRunner: Sendable {
  let history: DiskHistory
  let folder: TemporaryFolder
  let imageName: String
  let limitSeconds: UInt64
  /// Whether the file that a command leaves is looked at.
  let looksAtFiles: Bool

  /// - Parameters:
  ///   - number: no two questions at the same time may have the same one.
  ///   - look: gets the answer, and the file that the command left; `nil` where it is gone
  ///     or no file any more, and where no files are looked at.
  /// - Throws: where the copy cannot be written, where the command cannot be started, and where the
  ///   disk is full by then.
  func ask<Outcome>(
    _ command: ImageCommand, about state: CrashState, number: Int,
    _ look: (CommandAnswer, _ left: RegionImage?) -> Outcome
  ) throws -> Outcome {
    let place = try Paths.absolute(folder.path) + "/\(number)"
    try Folders.create(place)
    defer { Folders.remove(place) }
    let path = "\(place)/\(imageName)"
    try writeImage(of: state, to: path)
    let call = CommandCall(folder: folder, limitSeconds: limitSeconds)
    let answer = try call.answer(command, about: path)
    if looksAtFiles || answer.end != .exited(status: 0) { try call.refuseFullDisk() }
    guard looksAtFiles else { return look(answer, nil) }
    // A command may have put a folder or a pipe there: then there is nothing to compare.
    let left = (try? MappedFile.map(path)).map { RegionImage($0) }
    return look(answer, left)
  }

  private func writeImage(of state: CrashState, to path: String) throws(HostError) {
    let replay = Replay(history, state: state)
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try image.finishForShortUse()
  }
}

/// One start of a command.
struct CommandCall: Sendable {
  let folder: TemporaryFolder
  let limitSeconds: UInt64

  /// - Throws: where the command cannot be started.
  func answer(_ command: ImageCommand, about path: String) throws -> CommandAnswer {
    let outcome = try ChildProcess.run(
      argv: command.words(forSubjectAt: path), environment: ["LC_ALL": "C"],
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

  func refuseFullDisk() throws {
    if let shortage = FreeSpace.shortage(at: folder.path) { throw shortage }
  }
}
