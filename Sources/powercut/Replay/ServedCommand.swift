import Checking
import Host
import ToolSupport

/// A command that is started with the address of an export.
struct ServedCommand {
  /// Stands for the address.
  static let placeholder = "{uri}"

  private let words: [String]

  /// - Throws: ``ToolError`` where it is no command, or does not use the address.
  init(_ text: String) throws {
    do {
      words = try CommandWords.split(text)
    } catch {
      throw ToolError("--run: \(error)")
    }
    guard words.contains(where: { $0.contains(Self.placeholder) }) else {
      throw ToolError("--run: the command has no \(Self.placeholder), so it would look at nothing")
    }
  }

  /// Runs the command to its end, passes on what it prints, and says with which status a shell would name
  /// its end: its own, or 128 and the signal's number.
  ///
  /// - Returns: ``Interrupts/exitStatus`` where we were interrupted and have killed it for that.
  func exitStatus(uri: String) throws -> Int32 {
    let outcome = try ChildProcess.run(
      argv: words.map { $0.replacing(Self.placeholder, with: uri) },
      isWanted: { !Interrupts.isRequested })
    try StandardStreams.writeResult(outcome.outputText)
    try StandardStreams.writeProgress(outcome.errorText)
    if Interrupts.isRequested {
      try StandardStreams.writeProgress("powercut: interrupted, and with it --run\n")
      return Interrupts.exitStatus
    }
    if case .exited(let status) = outcome.status { return status }
    try StandardStreams.writeProgress("powercut: --run: \(outcome.status.words)\n")
    return outcome.status.shellStatus
  }
}

extension ChildProcess.Status {
  /// The same as a shell's `$?` has it.
  var shellStatus: Int32 {
    switch self {
    case .exited(let number): number
    case .signalled(let number): 128 + number
    case .timedOut: Tool.failureStatus
    }
  }
}
