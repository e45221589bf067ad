/// How a command ended that was given an image, and what it wrote; or what an oracle says.
package struct CommandAnswer: Hashable, Sendable {
  package enum End: Hashable, Sendable {
    case exited(status: Int32)
    case signalled(number: Int32)
    /// It ran for longer than this many seconds and was killed, with what it had started.
    case timedOut(limitSeconds: UInt64)
    /// A judge that stays said so; its output is why.
    case saidBad
    /// A judge that stays ended without an answer: how.
    case endedUnasked(String)
    /// An oracle found that it does not hold; its output is why.
    case failed
  }

  package var end: End
  /// The end of what it wrote to standard output.
  package var output: CommandOutput
  /// The end of what it wrote to standard error.
  package var errors: CommandOutput

  package init(_ end: End, output: CommandOutput, errors: CommandOutput) {
    self.end = end
    self.output = output
    self.errors = errors
  }

  /// What an oracle says.
  package init(_ answer: OracleAnswer) {
    (output, errors) = (CommandOutput([]), CommandOutput([]))
    switch answer {
    case .holds: end = .exited(status: 0)
    case .cannotTell: end = .exited(status: 125)
    case .fails(let lines):
      end = .failed
      output = CommandOutput(lines)
    }
  }

  /// The last lines of what it wrote, for a report.
  package var shownLines: [String] {
    if end == .failed { return output.lastLines.map { "oracle: \($0)" } }
    let lines =
      errors.lastLines.map { "stderr: \($0)" } + output.lastLines.map { "stdout: \($0)" }
    return lines.isEmpty ? ["it wrote nothing"] : lines
  }

  /// What it says of the image.
  ///
  /// - Parameter isKnownClean: whether the image is a VHDX image with an empty log, so that the answer
  ///   that its log must be replayed is wrong.
  package func verdict(isKnownClean: Bool) -> CommandVerdict {
    switch end {
    case .exited(status: 0): .accepted
    case .exited(status: 125): .cannotTell
    case .exited(status: 1) where asksForRecovery && !isKnownClean: .needsRecovery
    case .exited(let status): .broken("exits with \(status)")
    case .signalled(let number): .broken("is ended by \(Self.name(ofSignal: number))")
    case .saidBad: .broken("says 'bad'")
    case .failed: .broken("does not hold")
    case .endedUnasked(let words): .broken("ends without an answer (\(words))")
    case .timedOut(let seconds): .broken("runs for more than \(seconds) s and is killed")
    }
  }

  /// The words in which QEMU's programs refuse to open a VHDX image read-only whose log is not empty.
  /// Seen in 7.2.22 and 10.0.2.
  private var asksForRecovery: Bool {
    errors.text.contains("contains a log that needs to be replayed")
  }

  private static func name(ofSignal number: Int32) -> String {
    let names: [Int32: String] = [
      1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL",
      11: "SIGSEGV", 13: "SIGPIPE", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
    ]
    return names[number].map { "signal \(number) (\($0))" } ?? "signal \(number)"
  }
}

/// What the answer of a command means.
package enum CommandVerdict: Hashable, Sendable {
  case accepted
  /// It says itself that it cannot judge this image (exit 125, as in `git bisect run`).
  case cannotTell
  /// It does not look at an image whose log must be replayed first, and was not told to replay it.
  case needsRecovery
  /// What it did, to stand after its name.
  case broken(String)
}
