import Rules

extension Rule {
  /// The rules that any disk can be judged by, whatever it holds.
  package static let ofRawDisks = allCases.filter { rule in
    rule.family == .log || rule.family == .client && (rule <= .d07 || rule == .d11)
  }
}
