import Rules

/// What is wrong in bytes that came from outside: which field, where, what was expected, what was
/// found, and what to do about it.
package struct FormatError: Error, Equatable, Sendable, CustomStringConvertible {
  package enum Kind: Sendable {
    case truncated
    case wrongValue
    case outOfRange
    case unknownFlags
    case brokenChain
  }

  package var kind: Kind
  /// The rule that the bytes break; `nil` where it is a limit of the reader's own, or no format of the
  /// catalogue.
  package var rule: Rule?
  /// The field's name as its format's layout table has it.
  package var field: String
  /// Where the field starts, in bytes from the start of the file.
  package var byteOffset: UInt64
  package var expected: String
  package var found: String
  /// One sentence: what the reader of the message can do next.
  package var hint: String

  package init(
    _ kind: Kind, breaking rule: Rule? = nil, field: String, at byteOffset: UInt64,
    expected: String, found: String, hint: String
  ) {
    self.kind = kind
    self.rule = rule
    self.field = field
    self.byteOffset = byteOffset
    self.expected = expected
    self.found = found
    self.hint = hint
  }

  /// What a strict reader does with the first defect that it meets: handed to a walk over defects it
  /// ends it there.
  package static func raise(_ defect: FormatError) throws(FormatError) { throw defect }

  /// What is wrong, without the advice.
  package var finding: String {
    "'\(field)' at byte \(byteOffset): expected \(expected), found \(found)"
  }

  package var description: String { "\(finding). \(hint)" }
}

extension FixedWidthInteger {
  /// `0x…`, for messages about magic numbers and flags.
  package var hex: String { "0x" + String(self, radix: 16) }
}
