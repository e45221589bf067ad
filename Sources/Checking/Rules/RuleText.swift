/// What a rule says, in half a sentence each.
struct RuleText {
  /// What holds where the rule holds.
  var promise: String
  /// What is wrong where it is broken.
  var failure: String

  static let all: [Rule: RuleText] = [log, client, image, imageLog, command].reduce(into: [:]) {
    $0.merge($1) { first, _ in first }
  }
}
