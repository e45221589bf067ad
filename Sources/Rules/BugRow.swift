/// What is to be known of a mistake that a program under test can be told to make.
package struct BugRow: Sendable {
  /// What goes wrong, in one line.
  package var summary: String
  /// The rules that name it: a finding of any of these counts, one of another rule does not.
  package var rules: [Rule]
  /// Whether the mistake is one of the public catalogue, and counts in its aims. The others came up while
  /// QEMU was read and run, and promises were looked for that no rule held.
  package var isInCatalogue: Bool

  package init(_ summary: String, breaks rules: Rule..., isInCatalogue: Bool = true) {
    self.summary = summary
    self.rules = rules
    self.isInCatalogue = isInCatalogue
  }
}
