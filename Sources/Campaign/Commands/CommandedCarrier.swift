import Checking
import CrashStates
import Rules
import Scheduling

/// Makes the runs of another carrier, whose crash states are judged by commands, too.
package struct CommandedCarrier: RunCarrier {
  private let carrier: any RunCarrier
  private let commands: any RunCommands

  package init(_ carrier: any RunCarrier, commands: any RunCommands) {
    self.carrier = carrier
    self.commands = commands
  }

  package var workCountOfRun: Int { carrier.workCountOfRun }
  package var judgeWords: [String] { carrier.judgeWords + commands.words }

  /// What only our rules say needs no command to be said again.
  package func carrier(judging rule: Rule) -> any RunCarrier {
    rule.isOfCommands ? self : carrier
  }

  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?
  ) -> any CompletedRun {
    CommandedRun(
      carrier.carryOut(configuration, seed: seed, strategy: strategy), commands: commands)
  }

  package func carryOutTransactions(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> TransactionRun {
    preconditionFailure("no command judges transactions: the tool refuses to be asked for that")
  }
}
