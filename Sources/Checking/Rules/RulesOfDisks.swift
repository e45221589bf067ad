import Rules

extension Rule {
  /// The rules that any disk can be judged by, whatever it holds.
  package static let ofRawDisks = allCases.filter { rule in
    rule.family == .log || rule.family == .client && (rule <= .d07 || rule == .d11)
  }

  /// The rules that a recording of a VHDX image is judged by without any other program.
  package static let ofImages = allCases.filter {
    $0.family != .otherPrograms && $0.family != .vdi
  }
}
