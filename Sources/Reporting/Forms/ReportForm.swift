import Campaign

/// What a command found, as everything that prints it needs it.
package protocol Printable {
  /// For a person, with a line feed at its end.
  func text(_ timing: ReportTiming, usesColor: Bool) -> String
  /// For a program: a document with `schemaVersion`.
  func json(_ timing: ReportTiming) throws -> String
  /// For what reads results as test cases.
  func cases(_ timing: ReportTiming) -> CaseSuite
}

/// How a result is printed: every command that has one prints it by this.
package enum ReportForm: String, CaseIterable, Sendable {
  case text
  case json
  case junit
  case github

  /// The whole text, with a line feed at its end.
  package func text(
    of result: some Printable, _ timing: ReportTiming, usesColor: Bool = false
  ) throws -> String {
    switch self {
    case .text: result.text(timing, usesColor: usesColor)
    case .json: try result.json(timing)
    case .junit: JUnitText(suite: result.cases(timing)).text(timing)
    case .github:
      AnnotationText(suite: result.cases(timing), log: result.text(timing, usesColor: usesColor))
        .text
    }
  }

  /// For usage texts: `text, json or junit`.
  package static var list: String {
    let names = allCases.map(\.rawValue)
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}

extension RunReport: Printable {
  package func text(_ timing: ReportTiming, usesColor: Bool) -> String {
    TextReport(self, usesColor: usesColor).text(timing)
  }

  package func json(_ timing: ReportTiming) throws -> String { try JSONReport(self).text(timing) }

  package func cases(_ timing: ReportTiming) -> CaseSuite { ReportCases(self).suite(timing) }
}
