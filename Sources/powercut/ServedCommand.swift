import Checking
import Host

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

  /// Runs the command to its end and passes on what it prints.
  func exitStatus(uri: String) throws -> Int32 {
    let outcome = try ChildProcess.run(
      argv: words.map { $0.replacing(Self.placeholder, with: uri) },
      isWanted: { !Interrupts.isRequested })
    try StandardStreams.writeResult(outcome.outputText)
    try StandardStreams.writeProgress(outcome.errorText)
    if Interrupts.isRequested { return Tool.interruptedStatus() }
    switch outcome.status {
    case .exited(let status): return status
    case .signalled(let number): throw ToolError("--run: the command died of signal \(number)")
    case .timedOut: throw ToolError("--run: the command was ended")
    }
  }
}
