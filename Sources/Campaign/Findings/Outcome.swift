/// What a result amounts to. It is decided here alone: text, JSON, JUnit and exit status follow from it.
package struct Outcome: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// States were judged, something was there to be held against them, and all that was asked for was
    /// carried out or its share is told.
    case passed
    /// A rule is broken by something that is not known.
    case failed
    /// The input, a program or a tier did not allow it to be finished.
    case incomplete
    /// No entry, no state, no promise.
    case nothingChecked = "nothing checked"
    /// A signal ended it.
    case interrupted

    /// 0 passed, 1 a rule is broken, 2 incomplete, 3 nothing was checked, 130 interrupted.
    package var exitStatus: Int32 {
      switch self {
      case .passed: 0
      case .failed: 1
      case .incomplete: 2
      case .nothingChecked: 3
      case .interrupted: 130
      }
    }
  }

  package let kind: Kind
  /// What is broken, a line each.
  private let failures: [String]
  /// Why it does not say all that was asked, beside what is broken: a sentence each without its full stop.
  package let limits: [String]

  /// Why, those that decided first. Empty where it passed.
  package var reasons: [String] { failures + limits }

  static let interruptionReason = "a signal ended it before everything was judged"

  /// - Parameters:
  ///   - failures: what is broken, a line each.
  ///   - obstacles: why it says something of a part only.
  ///   - emptiness: why nothing was checked; `nil` where something was.
  package init(
    failures: [String] = [], isInterrupted: Bool = false, obstacles: [String] = [],
    emptiness: String? = nil
  ) {
    let interruption = isInterrupted ? [Self.interruptionReason] : []
    kind =
      if !failures.isEmpty {
        .failed
      } else if isInterrupted {
        .interrupted
      } else if !obstacles.isEmpty {
        .incomplete
      } else {
        emptiness == nil ? .passed : .nothingChecked
      }
    self.failures = failures
    limits =
      interruption + obstacles
      + (kind == .nothingChecked ? [emptiness].compactMap { $0 } : [])
  }

  package var isPassed: Bool { kind == .passed }

  package var exitStatus: Int32 { kind.exitStatus }
}
