/// Why a text, or a state, is none that can be looked at.
package struct CrashStateError: Error, Equatable, Sendable, CustomStringConvertible {
  package var field: String
  package var expected: String
  package var found: String
  /// One sentence: what to do next.
  package var hint: String

  package var description: String { "'\(field)': expected \(expected), found \(found). \(hint)" }
}
