import Checking
import Rules

/// The rules that could not be judged, for a person.
package enum UnjudgedRulesText {
  /// One line for each reason.
  package static func lines(_ unjudgedRules: [(rule: Rule, reason: String)]) -> [String] {
    var reasons: [(reason: String, rules: [Rule])] = []
    for (rule, reason) in unjudgedRules {
      if let place = reasons.firstIndex(where: { $0.reason == reason }) {
        reasons[place].rules.append(rule)
      } else {
        reasons.append((reason, [rule]))
      }
    }
    return reasons.map {
      "not judged: \($0.rules.map(\.rawValue).joined(separator: " ")) (\($0.reason))"
    }
  }
}
