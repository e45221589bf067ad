/// Why a recording could not go on: what was met, where, and what to do about it.
///
/// What the *program* did that cannot be recorded is no error but a ``RecordingProblem``.
package struct RecorderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb: `open`, `write to`.
  package var action: String
  package var subject: String
  package var found: String
  /// One sentence: what the reader of the message can do next.
  package var hint: String

  init(_ action: String, _ subject: String, found: String, hint: String) {
    self.action = action
    self.subject = subject
    self.found = found
    self.hint = hint
  }

  package var description: String { "cannot \(action) '\(subject)': \(found). \(hint)" }
}
