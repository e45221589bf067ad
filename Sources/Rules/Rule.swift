/// A rule that is judged. Its identifier is public and stable: reports, tokens and scenarios name
/// rules, and nothing else.
///
/// A rule is one row of its family's file in this folder; everything that is said of it stands there.
package struct Rule: RawRepresentable, CaseIterable, Hashable, Comparable, Sendable {
  private let row: Row

  /// Held by reference, so that a rule is as cheap to pass around as a pointer.
  private final class Row: Sendable {
    let identifier: String
    let severity: Severity
    let source: String
    let promise: String
    let failure: String
    let explanation: String
    let example: String
    let advice: String

    init(
      _ identifier: String, _ severity: Severity, source: String, promise: String,
      failure: String, explanation: String, example: String, advice: String
    ) {
      self.identifier = identifier
      self.severity = severity
      self.source = source
      self.promise = promise
      self.failure = failure
      self.explanation = explanation
      self.example = example
      self.advice = advice
    }
  }

  /// - Parameters:
  ///   - identifier: a letter, that of its family, and two digits.
  ///   - source: where the rule comes from: a section of a specification, or a page of docs/.
  ///   - promise: what holds where the rule holds, in half a sentence.
  ///   - failure: what is wrong where it is broken, in half a sentence.
  ///   - explanation: why it matters, for someone who does not know this tool.
  ///   - example: how it breaks, as a story of two or three steps.
  ///   - advice: what to do where it is broken.
  init(
    _ identifier: String, _ severity: Severity, source: String, promise: String,
    failure: String, explanation: String, example: String, advice: String
  ) {
    row = Row(
      identifier, severity, source: source, promise: promise, failure: failure,
      explanation: explanation, example: example, advice: advice)
  }

  package var rawValue: String { row.identifier }
  package var severity: Severity { row.severity }
  package var source: String { row.source }
  package var promise: String { row.promise }
  package var failure: String { row.failure }
  package var explanation: String { row.explanation }
  package var example: String { row.example }
  package var advice: String { row.advice }

  /// Whether the rule is a recommendation: what breaks it is told and fails nothing.
  package var isAdvice: Bool { severity == .advice }

  package init?(rawValue: String) {
    guard let rule = Self.byIdentifier[rawValue] else { return nil }
    self = rule
  }

  /// By family, and by number within one.
  package static let allCases = RuleFamily.allCases.flatMap(\.rules)

  private static let byIdentifier = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  package static func == (left: Self, right: Self) -> Bool { left.row === right.row }

  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(row)) }

  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// By its identifier, also as a key.
extension Rule: Codable, CodingKeyRepresentable {}

extension Rule: CustomStringConvertible {
  package var description: String { rawValue }
}
