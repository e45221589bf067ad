/// Why a text, or a state, is none that can be looked at.
public struct CrashStateError: Error, Equatable, Sendable, CustomStringConvertible {
  public var field: String
  public var expected: String
  public var found: String
  /// One sentence: what to do next.
  public var hint: String

  public var description: String { "'\(field)': expected \(expected), found \(found). \(hint)" }
}
