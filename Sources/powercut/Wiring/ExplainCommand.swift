import ArgumentParser
import Host
import Rules
import ToolSupport

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Tell what a rule or a word of a report means, and what to do.",
    discussion: """
      Rules, severities, tiers of crash states, outcomes, strategies, and words such as cut, epoch or \
      torn. Without a word it lists them all.
      """)

  @Argument(help: "A rule, D05, or a word: drop:1, torn, incomplete, cut, 'nothing checked'.")
  var subjects: [String] = []

  func run() throws {
    try Tool.run {
      let pages = subjects.isEmpty ? [Self.list] : try subjects.map(page(of:))
      try StandardStreams.writeResult(pages.joined(separator: "\n"))
      return 0
    }
  }

  private func page(of subject: String) throws -> String {
    if let rule = Rule(rawValue: subject.uppercased()) { return rule.page }
    let words = Word.meant(by: subject)
    if !words.isEmpty { return words.map(\.page).joined(separator: "\n") }
    throw ValidationError(
      "'\(subject)' is neither a rule nor a word of reports. `powercut explain` lists them all.")
  }

  private static var list: String {
    let rules = Rule.allCases.map { "\($0)  \($0.promise)\n" }
    let words = Word.Kind.allCases.map { kind in
      let names = Word.all.filter { $0.kind == kind }.map(\.name)
      return "\n\(kind.rawValue): \(names.joined(separator: ", "))\n"
    }
    return (rules + words).joined()
  }
}
