import Rules

extension RegisteredJudge {
  /// D01 to D07, which the crash states are judged by: here it is only said whether they can be.
  static let promises = RegisteredJudge(Rule.ofPromises) { recording in
    if recording.evidence.client != nil { return JudgeReport() }
    return .lacking(
      recording.given.isOpaque
        ? "only the program itself can read what its client wrote (--command)"
        : "there is no history of the client", for: Rule.ofPromises)
  }
}

extension RegisteredJudge {
  /// What the states of an image are judged by besides, whatever is known of its client.
  static func states(of format: any ImageFormat) -> RegisteredJudge {
    RegisteredJudge(format.stateRules.sorted()) { _ in JudgeReport() }
  }
}

extension Rule {
  /// The promises to a client that crash states are held against.
  static let ofPromises: [Rule] = [.d01, .d02, .d03, .d04, .d05, .d06, .d07]
}

extension Evidence {
  /// The rules that each crash state is judged by.
  var stateRules: Set<Rule> {
    var rules = format.stateRules
    if client != nil { rules.formUnion(Rule.ofPromises) }
    if opaqueReader != nil { rules.formUnion([.d09, .x03]) }
    return rules
  }
}
