import Campaign
import Checking
import Host
import Stacks
import ToolSupport

/// What a target's program says of itself.
enum ProgramVersion {
  /// The first line of `PROGRAM --version`; `nil` for simulated stacks, and where it says nothing.
  ///
  /// - Throws: where the program cannot be started.
  static func text(of plan: FuzzPlan) throws -> String? {
    guard let stack = plan.stack.program else { return nil }
    let words = try CommandWords.split(plan.executable ?? stack.executableName)
    guard let program = words.first else { return nil }
    let outcome = try ChildProcess.run(
      argv: [program, "--version"], timeLimit: .seconds(10), keptByteCount: 4096)
    let first = outcome.outputText.split(separator: "\n").first
    return first.map { String($0).escapedForTerminal }
  }
}
