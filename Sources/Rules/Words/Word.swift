/// A word of a report or of the command line that is not everybody's: `powercut explain` tells it.
package struct Word: Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    case tier = "a tier of crash states (--states)"
    case outcome = "what a command ends with"
    case strategy = "how schedules are drawn (--strategy)"
    case severity = "how bad a broken rule is"
    case report = "a word of reports"
  }

  /// As reports and options write it, in lower case but for abbreviations; with `:K` and the like where
  /// a number follows.
  package let name: String
  package let kind: Kind
  package let meaning: String
  /// `nil` where the meaning says it all.
  package let example: String?

  init(_ name: String, _ kind: Kind, _ meaning: String, example: String? = nil) {
    self.name = name
    self.kind = kind
    self.meaning = meaning
    self.example = example
  }

  /// By kind, and in the order of their lists.
  package static let all: [Word] = tiers + outcomes + strategies + severities + ofReports

  /// What somebody typed can mean, whatever its case: `drop:3` is `drop:K`, "drop" alone is, too, and so
  /// is the plural; "random" is a tier and a strategy.
  package static func meant(by text: String) -> [Word] {
    let plain = text.lowercased()
    let singular = plain.hasSuffix("s") ? String(plain.dropLast()) : plain
    let plainStem = stem(of: plain)
    for form in [plain, singular, plainStem] {
      let found = all.filter { $0.name.lowercased() == form || stem(of: $0.name) == form }
      // Only tiers have a number.
      let fitting = plain.contains(":") ? found.filter { $0.kind == .tier } : found
      if !fitting.isEmpty { return fitting }
    }
    return []
  }

  /// What stands in front of the number.
  private static func stem(of name: String) -> String {
    (name.split(separator: ":").first.map(String.init) ?? name).lowercased()
  }

  private static let severities = Severity.allCases.map { severity in
    Word(severity.rawValue, .severity, severity.meaning)
  }
}
