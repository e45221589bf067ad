import Bytes
import Checking
import CrashStates
import Scheduling
import Stacks

/// What is wrong in a token.
package struct RunTokenError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String

  init(_ description: String) {
    self.description = description
  }
}

extension RunToken: CustomStringConvertible {
  /// The token; what ``init(parsing:)`` reads.
  package var description: String {
    let fields = [("tool", toolVersion)] + subjectFields
    let text =
      "\(Self.prefix)\(Self.formatVersion):"
      + fields.map { "\($0)=\($1)" }.joined(separator: ",")
    return text + "\(Self.checkKey)\(Self.check(of: text))"
  }

  private var subjectFields: [(String, String)] {
    switch subject {
    case .scenario(let scenario): [("text", Base64URL.encode(Array(scenario.text.utf8)))]
    case .seed(let run): run.fields
    }
  }

  static let prefix = "pc"
  static let checkKey = ",check="

  /// Of everything that stands in front.
  static func check(of text: some StringProtocol) -> String {
    Checksum.xxh3(Array(text.utf8)).hexDigits
  }
}

extension RunToken.SeededRun {
  /// Empty lists are left out.
  fileprivate var fields: [(String, String)] {
    var fields = [("seed", "\(seed)"), ("stack", "\(stack)")]
    if !bugs.isEmpty { fields.append(("bugs", Self.list(bugs.sorted().map(\.identifier)))) }
    fields.append(("workload", workload.rawValue))
    if !tiers.isEmpty { fields.append(("states", Self.list(tiers.map(\.description)))) }
    fields.append(("strategy", strategy))
    if !ignoredRules.isEmpty {
      fields.append(("ignore", Self.list(ignoredRules.sorted().map(\.rawValue))))
    }
    fields += [("rule", rule.rawValue), ("drawn", drawnDigest.hexDigits)]
    if let choicesDigest { fields.append(("made", choicesDigest.hexDigits)) }
    if let choices {
      fields.append(("choices", choices.description.replacing(",", with: "+")))
    }
    return fields
  }

  private static func list(_ items: [String]) -> String { items.joined(separator: "+") }
}
