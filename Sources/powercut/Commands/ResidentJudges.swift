import Checking
import Host
import Synchronization
import ToolSupport

/// Judges that are started once for each of those who ask side by side: a state's path goes to their standard input, and
/// `good`, `bad TEXT` or `skip` comes from their standard output. One that dies or hangs has called the state bad, and is
/// started again.
final class ResidentJudges: Sendable {
  private let folder: TemporaryFolder
  private let environment: [String: String]
  private let limitSeconds: UInt64
  private let pool = Mutex<Pool>(Pool())

  private struct Pool {
    var free: [ImageCommand: [Judge]] = [:]
    var madeCount = 0
  }

  /// One that runs, and where its marks and what it writes to its standard error stand.
  private final class Judge: @unchecked Sendable {
    // Of one thread at a time: it is lent.
    let process: ResidentProcess
    let marksPath: String
    let errorPath: String

    init(_ command: ImageCommand, _ environment: [String: String], place: String) throws {
      marksPath = "\(place).marks"
      errorPath = "\(place).stderr"
      try OutputFile.write([UInt8](), to: marksPath)
      process = try ResidentProcess(
        argv: command.words(forSubjectAt: ""),
        environment: environment.merging([JudgeEnvironment.marksVariable: marksPath]) { $1 },
        errorPath: errorPath)
    }

    deinit { process.end() }
  }

  /// - Parameter environment: variables for all of them.
  init(in folder: TemporaryFolder, environment: [String: String], limitSeconds: UInt64) {
    self.folder = folder
    self.environment = environment
    self.limitSeconds = limitSeconds
  }

  /// What a judge says of what stands at a path.
  ///
  /// - Parameter marks: what was promised, a line each.
  /// - Throws: where it cannot be started, or says what means nothing.
  func answer(
    of command: ImageCommand, about path: String, marks: [UInt8]
  ) throws -> CommandAnswer {
    let judge = try take(command)
    try OutputFile.write(marks, to: judge.marksPath)
    let answer = judge.process.ask(
      path, timeLimitNanoseconds: limitSeconds * 1_000_000_000,
      isWanted: { !Interrupts.isRequested })
    switch answer {
    case .line(let line):
      pool.withLock { $0.free[command, default: []].append(judge) }
      return try said(line, by: command, path: path)
    case .ended(let status): return gone(.endedUnasked(status.words), judge, path)
    case .timedOut: return gone(.timedOut(limitSeconds: limitSeconds), judge, path)
    // Interrupted: nobody looks at it.
    case .unwanted: return gone(.endedUnasked("interrupted"), judge, path)
    }
  }

  private func take(_ command: ImageCommand) throws -> Judge {
    let (free, number) = pool.withLock { pool in
      let free = pool.free[command]?.popLast()
      if free == nil { pool.madeCount += 1 }
      return (free, pool.madeCount)
    }
    return try free
      ?? Judge(command, environment, place: try Paths.absolute(folder.path) + "/judge-\(number)")
  }

  private func said(
    _ line: String, by command: ImageCommand, path: String
  ) throws -> CommandAnswer {
    let words = line.split(separator: " ", maxSplits: 1)
    let end: CommandAnswer.End
    switch words.first {
    case "good": end = .exited(status: 0)
    case "skip": end = .exited(status: 125)
    case "bad": end = .saidBad
    default:
      throw ToolError(
        "--judge '\(command)' answered '\(line.escapedForTerminal)': expected good, bad TEXT or skip"
      )
    }
    let text = end == .saidBad && words.count > 1 ? Array(words[1].utf8) : []
    return CommandAnswer(
      end, output: CommandOutput(text, imagePath: path, subject: command.subject),
      errors: CommandOutput([], imagePath: path, subject: command.subject))
  }

  private func gone(_ end: CommandAnswer.End, _ judge: Judge, _ path: String) -> CommandAnswer {
    let errors = (try? InputFile.bytes(judge.errorPath)) ?? []
    return CommandAnswer(
      end, output: CommandOutput([], imagePath: path, subject: .folder),
      errors: CommandOutput(errors, imagePath: path, subject: .folder))
  }
}
