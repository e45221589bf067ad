/// Test cases as annotations of a workflow on GitHub, an error or a notice each, and after them what a person
/// reads: lines that are no commands are the log.
///
/// Source: GitHub Docs, "Workflow commands for GitHub Actions".
struct AnnotationText {
  let suite: CaseSuite
  /// The result as a person reads it.
  let log: String

  var text: String {
    let lines = suite.cases.compactMap { item in item.problem.map { line(item.name, $0) } }
    return lines.map { $0 + "\n" }.joined() + log
  }

  private func line(_ name: String, _ problem: CaseSuite.Problem) -> String {
    let command = problem.kind == .skipped ? "notice" : "error"
    let title = "powercut \(suite.command): \(name)"
    let text = problem.text.isEmpty ? problem.message : "\(problem.message)\n\(problem.text)"
    return "::\(command) title=\(Self.property(title))::\(Self.escaped(text))"
  }

  /// What ends a message, and what begins an escape.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "%": result += "%25"
      case "\r": result += "%0D"
      case "\n": result += "%0A"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// In a property's value two more characters end it.
  private static func property(_ text: String) -> String {
    escaped(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
