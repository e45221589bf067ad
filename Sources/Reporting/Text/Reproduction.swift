import Campaign

extension RunReport {
  /// The command that shows the first failure again; `nil` where nothing failed.
  ///
  /// A scenario fails without a finding where the rule that it expects to be broken holds.
  var reproduction: String? {
    if let failed = scenarios.first(where: { $0.failure != nil }) { return failed.reproduction }
    if isDiverged { return replay?.reproduce }
    return findings.first?.reproduce
  }
}

extension ScenarioOutcome {
  /// The command that carries out this scenario alone, as it is typed.
  var reproduction: String {
    (["powercut", "run", path.shellQuoted] + programWords).joined(separator: " ")
  }
}
