import ArgumentParser
import Host
import Reporting

/// What every command ends with: an exit status, and errors as one line on stderr.
package enum Tool {
  /// Could not finish: bad input, an operating system that refuses, a mistake of ours.
  package static let failureStatus: Int32 = 2

  /// Runs the body of a command and ends with the status that it returns; an error is printed and
  /// becomes status 2.
  package static func run(_ body: () throws -> Int32) throws {
    Interrupts.install()
    CrashNotes.install()
    TemporaryFolder.removeAbandoned()
    let status: Int32
    do {
      status = try body()
      // Nothing holds of what was read while somebody changed it.
      try LentFile.checkAll()
    } catch let usage as ValidationError {
      // What only the input shows to be a wrong usage.
      throw usage
    } catch {
      try? StandardStreams.writeProgress("powercut: \(error)\n")
      throw ExitCode(failureStatus)
    }
    if status != 0 { throw ExitCode(status) }
  }

  /// The status of a command that was interrupted and whose result does not say so by itself.
  package static func interruptedStatus() -> Int32 {
    try? StandardStreams.writeProgress("powercut: interrupted\n")
    return Interrupts.exitStatus
  }

  /// Has `print` called where a signal comes and the command, whose result is a document of its own, does not
  /// end by itself.
  package static func prepareInterruption(_ print: @escaping @Sendable () throws -> Void) {
    Interrupts.setLastWords { ending in
      switch ending {
      case .signal:
        // A full disk or a reader that has gone: the status is all that can be said.
        try? print()
        return Interrupts.exitStatus
      case .fault(let reason):
        try? StandardStreams.writeProgress("powercut: \(reason)\n")
        return failureStatus
      }
    }
  }
}

/// An error in the words of the tool.
package struct ToolError: Error, CustomStringConvertible {
  package var description: String

  package init(_ description: String) {
    self.description = description
  }
}
