/// What is wrong in bytes that came from outside: which field, where, what was expected, what was
/// found, and what to do about it.
public struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Sendable {
    case truncated
    case wrongValue
    case outOfRange
    case unknownFlags
    case brokenChain
  }

  public var kind: Kind
  /// The field's name as its format's layout table has it.
  public var field: String
  /// Where the field starts, in bytes from the start of the file.
  public var byteOffset: UInt64
  public var expected: String
  public var found: String
  /// One sentence: what the reader of the message can do next.
  public var hint: String

  public init(
    _ kind: Kind, field: String, at byteOffset: UInt64, expected: String, found: String,
    hint: String
  ) {
    self.kind = kind
    self.field = field
    self.byteOffset = byteOffset
    self.expected = expected
    self.found = found
    self.hint = hint
  }

  /// What is wrong, without the advice.
  public var finding: String {
    "'\(field)' at byte \(byteOffset): expected \(expected), found \(found)"
  }

  public var description: String { "\(finding). \(hint)" }
}

extension FixedWidthInteger {
  /// `0x…`, for messages about magic numbers and flags.
  public var hex: String { "0x" + String(self, radix: 16) }
}
