import Bytes
import CrashStates
import Yams

extension Node {
  /// The root of a file that is read as it stands: an anchor makes one line mean something elsewhere, and a
  /// few aliases of aliases make a file of a thousand bytes a list of a billion.
  ///
  /// - Returns: `nil` where nothing stands in the file.
  /// - Throws: ``ScenarioError`` with the line of the first anchor; an alias needs one.
  package static func root(of text: String) throws(ScenarioError) -> Node? {
    do {
      let parser = try Parser(yaml: text)
      let node = try parser.singleRoot()
      // Nodes hold their anchors weakly.
      try withExtendedLifetime(parser) { try node?.refuseAnchors() }
      return node
    } catch let error as ScenarioError {
      throw error
    } catch {
      throw ScenarioError(unreadable: error)
    }
  }

  private func refuseAnchors() throws(ScenarioError) {
    guard anchor == nil else {
      throw ScenarioError(
        line: mark?.line, "anchors, aliases and merge keys are not read: write the value out")
    }
    switch self {
    case .mapping(let mapping):
      for (key, value) in mapping {
        try key.refuseAnchors()
        try value.refuseAnchors()
      }
    case .sequence(let sequence): for item in sequence { try item.refuseAnchors() }
    default: break
    }
  }

  /// Whether nothing stands after the key, not even a pair of quotes.
  var isAbsent: Bool { scalar.map { $0.string.isEmpty && $0.style == .plain } ?? false }

  /// An item of a list that has it already.
  package func repeated(in list: String) -> ScenarioError {
    ScenarioError(line: mark?.line, "\(shown) stands twice in '\(list)'")
  }
}

extension Tier {
  /// `; did you mean 'prefix'?` where the word in front of the number is near a known one.
  package static func hint(_ text: String) -> String {
    let word = text.prefix { $0 != ":" }
    return names.contains(String(word)) ? "" : NearestWord.hint(word, among: names)
  }

  private static let names = [
    "prefix", "flushed-only", "fua-only", "drop", "keep", "torn", "in-flight", "random", "all",
    "recrash", "names",
  ]
}
