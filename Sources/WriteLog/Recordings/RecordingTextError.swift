/// Why a text is none of those that a recording of several files holds.
package struct RecordingTextError: Error, Equatable, Sendable, CustomStringConvertible {
  package var field: String
  package var expected: String
  package var found: String
  /// One sentence: what to do next.
  package var hint: String

  package var description: String { "'\(field)': expected \(expected), found \(found). \(hint)" }
}
