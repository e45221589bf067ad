import Checking
import Rules

extension RunConfiguration {
  /// Why commands, or the lack of them, keep a run from being made.
  ///
  /// - Parameter rule: the one that is asked for; `nil` where none is to be broken.
  fileprivate func reasonNotToRun(breaking rule: Rule?, hasCommands: Bool) -> String? {
    guard hasCommands else {
      guard let rule, rule.needsCommand(for: stack) else { return nil }
      return "is about \(rule.rawValue), which takes the command that judges it (--command)"
    }
    if isOneRunOfClient { return nil }
    return "is not one run of a client, so that --command has nothing to judge: leave it out"
  }
}

extension Scenario {
  /// Why it cannot be run with commands, or without; stands after its path. `nil` where it can.
  package func reasonNotToRun(hasCommands: Bool) -> String? {
    var rule: Rule?
    if case .breaks(let broken, _) = expectation { rule = broken }
    return configuration.reasonNotToRun(breaking: rule, hasCommands: hasCommands)
  }
}

extension RunToken {
  /// As ``Scenario/reasonNotToRun(hasCommands:)``.
  package func reasonNotToRun(hasCommands: Bool) -> String? {
    switch subject {
    case .scenario(let scenario): scenario.reasonNotToRun(hasCommands: hasCommands)
    case .seed(let run):
      run.plan.configuration(for: run.seed).reasonNotToRun(
        breaking: run.rule, hasCommands: hasCommands)
    }
  }
}
