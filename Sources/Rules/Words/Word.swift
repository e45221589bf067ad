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

  /// The word that somebody typed: whatever its case, `drop:3` for `drop:K`, "drop" alone, too, and
  /// the plural.
  package init?(typed text: String) {
    let plain = text.lowercased()
    let first = plain.split(separator: ":").first.map(String.init) ?? plain
    let forms = [plain, first, plain.hasSuffix("s") ? String(plain.dropLast()) : plain]
    let found = forms.lazy.compactMap { form in
      Self.all.first { $0.plainName == form }
    }.first
    guard let found else { return nil }
    self = found
  }

  private var plainName: String {
    (name.split(separator: ":").first.map(String.init) ?? name).lowercased()
  }

  private static let severities = Severity.allCases.map { severity in
    Word(severity.rawValue, .severity, severity.meaning)
  }
}
