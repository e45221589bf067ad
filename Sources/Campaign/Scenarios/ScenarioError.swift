import Yams

/// What is wrong in a scenario file: line, what was expected, what was found.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
  /// From 1; `nil` where the whole file is meant.
  package var line: Int?
  package var message: String

  package init(line: Int?, _ message: String) {
    self.line = line
    self.message = message
  }

  package var description: String {
    line.map { "line \($0): \(message)" } ?? message
  }
}

extension ScenarioError {
  /// What the YAML parser says, in one line and without the text around it.
  init(unreadable error: any Error) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(line: mark.line, "this is no YAML: \(problem)")
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        line: context.mark.line,
        "these keys stand twice in one mapping: \(keys.sorted().listed); keep one of each")
    default:
      self.init(line: nil, "this is no YAML: \(error)")
    }
  }
}
