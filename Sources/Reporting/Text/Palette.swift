/// Colours for a terminal, or none.
package struct Palette: Sendable {
  private let usesColor: Bool

  package init(usesColor: Bool) {
    self.usesColor = usesColor
  }

  package func good(_ text: String) -> String { colored(text, "32") }
  package func bad(_ text: String) -> String { colored(text, "31;1") }
  package func strong(_ text: String) -> String { colored(text, "1") }
  package func faint(_ text: String) -> String { colored(text, "2") }

  private func colored(_ text: String, _ code: String) -> String {
    usesColor ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
