import ArgumentParser
import Campaign
import Programs
import Recorder
import Stacks
import ToolSupport

/// Whether real programs may be started, and which.
struct ProgramRunOptions: ParsableArguments {
  @Flag(help: "Allow to start the program that a stack names: program:qemu-io-raw and its like.")
  var allowExec = false

  @Option(
    help: """
      With a stack of programs: the file to run; of program:nbd-… also the command line of what exports \
      the image: 'nbdkit --foreground --unix {socket} file {image}'. (default: found on PATH)
      """)
  var program: String?

  /// What makes the runs of a stack.
  ///
  /// - Parameter named: the program's file that a scenario names.
  /// - Throws: ``ToolError`` where these options do not go with it.
  func carrier(for stack: StackName, named: String? = nil) throws -> RunCarrier {
    try RunCarriers.carrier(for: stack, allowExec: allowExec, program: program, named: named)
  }
}

extension ProgramStack {
  /// What a run of this stack starts, for messages: the client, and what serves the image to it.
  func startedWords(_ program: String?) -> String {
    switch client {
    case .qemuIO, .python: program ?? executableName
    case .nbd: "the server '\(program ?? executableName)'"
    case .database: "the shell '\(program ?? executableName)'"
    case .commands: program.map { "'\($0)'" } ?? "the commands of a scenario"
    }
  }
}

/// Who makes the runs of which stack.
enum RunCarriers {
  /// - Parameters:
  ///   - allowExec: whether programs may be started.
  ///   - program: the file to run; `nil`: what is found on PATH.
  ///   - named: what a scenario names instead, for the refusal.
  /// - Throws: ``ToolError`` where a program must not be started, or none can be.
  static func carrier(
    for stack: StackName, allowExec: Bool, program: String?, named: String? = nil
  ) throws -> RunCarrier {
    guard let target = stack.program else {
      if program == nil { return .simulated }
      throw ToolError(
        "--program belongs to a stack of programs, such as program:qemu-io-raw; \(stack) is simulated"
      )
    }
    guard allowExec else {
      throw ToolError(
        """
        \(stack) starts \(target.startedWords(program ?? named)), and powercut starts no program that a \
        stack, a token or a file names unless it is told that it may. Add --allow-exec.
        """)
    }
    if target.isOfCommands, program != nil {
      throw ToolError("--program: \(stack) runs the commands that its scenario has under 'program'")
    }
    if case .nbd = target.client, let program, ProgramCommand.isServer(program) {
      do {
        _ = try ProgramCommand(parsingServer: program)
      } catch {
        throw ToolError("--program: \(error)")
      }
    }
    let libraryPath = try PreloadedLibrary.path()
    let describe: @Sendable (RecordedFileSummary) throws -> String = {
      try RecordingManifest(recorded: $0).text()
    }
    switch target.client {
    case .database: return .files(SQLiteCarrier(libraryPath: libraryPath, describe: describe))
    case .commands:
      return .files(
        CommandsCarrier(libraryPath: libraryPath, describe: describe) {
          try FolderJudge.judgement(of: $0, by: $1, seed: $2, tiers: $3)
        })
    case .qemuIO, .nbd, .python: return .device(try ProgramCarrier(libraryPath: libraryPath))
    }
  }
}
