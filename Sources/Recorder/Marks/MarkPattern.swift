/// A regular expression that finds marks in what a program prints.
///
/// The mark is what its groups match, with spaces between them; where it has none, the whole match.
package struct MarkPattern: @unchecked Sendable {
  package let text: String
  // Of Swift's own library, which only reads it when it matches.
  private let expression: Regex<AnyRegexOutput>

  /// - Throws: where `text` is no regular expression.
  package init(_ text: String) throws {
    self.text = text
    expression = try Regex(text)
  }

  /// The mark in a line; `nil` where there is none.
  package func mark(in line: String) -> String? {
    guard let match = line.firstMatch(of: expression) else { return nil }
    let groups = match.output.dropFirst().compactMap { $0.substring.map(String.init) }
    return groups.isEmpty ? String(line[match.range]) : groups.joined(separator: " ")
  }
}
