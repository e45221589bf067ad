/// Why a recording could not go on: what was met, where, and what to do about it.
///
/// What the *program* did that cannot be recorded is no error but a ``RecordingProblem``.
public struct RecorderError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was tried, as a verb: `open`, `write to`.
  public var action: String
  public var subject: String
  public var found: String
  /// One sentence: what the reader of the message can do next.
  public var hint: String

  init(_ action: String, _ subject: String, found: String, hint: String) {
    self.action = action
    self.subject = subject
    self.found = found
    self.hint = hint
  }

  public var description: String { "cannot \(action) '\(subject)': \(found). \(hint)" }
}
