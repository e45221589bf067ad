import Checking
import CrashStates
import Scheduling

/// Makes the runs of another carrier, whose crash states are judged by commands, too.
public struct CommandedCarrier: RunCarrier {
  private let carrier: any RunCarrier
  private let commands: any RunCommands

  public init(_ carrier: any RunCarrier, commands: any RunCommands) {
    self.carrier = carrier
    self.commands = commands
  }

  public var workCountOfRun: Int { carrier.workCountOfRun }
  public var judgeWords: [String] { carrier.judgeWords + commands.words }

  /// What only our rules say needs no command to be said again.
  public func carrier(judging rule: Rule) -> any RunCarrier {
    rule.isOfCommands ? self : carrier
  }

  public func carryOut(
    _ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?
  ) -> any CompletedRun {
    CommandedRun(
      carrier.carryOut(configuration, seed: seed, strategy: strategy), commands: commands)
  }

  public func carryOutTransactions(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> TransactionRun {
    preconditionFailure("no command judges transactions: the tool refuses to be asked for that")
  }
}
