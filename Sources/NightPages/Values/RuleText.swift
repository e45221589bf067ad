/// A part of what a rule says: words, or what stands between backticks in them.
struct RuleText: Hashable, Sendable {
  let words: String
  let isCode: Bool

  static func parts(of text: String) -> [RuleText] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .map { RuleText(words: String($0.element), isCode: $0.offset % 2 == 1) }
      .filter { !$0.words.isEmpty }
  }
}
