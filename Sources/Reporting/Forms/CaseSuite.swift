import Campaign

/// What a command found as test cases, in the order in which they are added: what CI servers and code hosts are
/// told.
package struct CaseSuite {
  /// What a case is instead of passed.
  package struct Problem {
    package enum Kind: String, Sendable {
      case failure
      case error
      case skipped
    }

    package var kind: Kind
    /// A word for it: the rule, or why it did not end. A skipped case has none.
    package var type: String
    package var message: String
    /// The lines below the message.
    package var text: String

    package init(_ kind: Kind, type: String = "", message: String, text: String = "") {
      self.kind = kind
      self.type = type
      self.message = message
      self.text = text
    }

    /// What an outcome says apart from what is broken; `nil` where it passed.
    ///
    /// - Parameter reasons: those of the outcome that are told.
    package init?(_ outcome: Outcome.Kind, _ reasons: [String], text: String) {
      let message = reasons.joined(separator: "; ")
      switch outcome {
      case .passed: return nil
      case .nothingChecked:
        self.init(.skipped, message: "nothing was checked: \(message)")
      case .failed, .incomplete:
        self.init(
          .error, type: "incomplete", message: "could not finish: \(message)", text: text)
      case .interrupted: self.init(.error, type: "interrupted", message: message, text: text)
      }
    }
  }

  package struct Case {
    /// The same from night to night, so without a seed.
    package var name: String
    package var nanoseconds: UInt64
    /// `nil` where it passed.
    package var problem: Problem?
  }

  package let command: String
  package let subject: String
  package private(set) var cases: [Case] = []
  /// Facts beside the cases.
  package var notes: [String] = []

  package init(command: String, subject: String) {
    self.command = command
    self.subject = subject
  }

  /// Adds a case, which passed where there is no problem.
  package mutating func add(_ name: String, nanoseconds: UInt64, _ problem: Problem?) {
    cases.append(Case(name: name, nanoseconds: nanoseconds, problem: problem))
  }

  /// Adds the only case of a command that has one result.
  ///
  /// - Parameter text: the result as a person reads it.
  package mutating func add(
    _ name: String, _ timing: ReportTiming, _ outcome: Outcome, text: String
  ) {
    let problem: Problem? =
      outcome.kind == .failed
      ? Problem(
        .failure, type: "failed", message: outcome.reasons.joined(separator: "; "), text: text)
      : Problem(outcome.kind, outcome.reasons, text: text)
    add(name, nanoseconds: timing.elapsedNanoseconds, problem)
  }
}
