import Checking
import CrashStates
import Rules
import Scheduling

/// Makes the runs of another carrier, whose crash states are judged by commands, too.
package struct CommandedCarrier: DeviceCarrier {
  private let carrier: any DeviceCarrier
  private let commands: any RunCommands

  package init(_ carrier: any DeviceCarrier, commands: any RunCommands) {
    self.carrier = carrier
    self.commands = commands
  }

  package var workCountOfRun: Int { carrier.workCountOfRun }
  package var judgeWords: [String] { carrier.judgeWords + commands.words }

  /// What only our rules say needs no command to be said again.
  package func carrier(judging rule: Rule) -> any DeviceCarrier {
    rule.isOfCommands ? self : carrier
  }

  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed
  ) -> any DeviceRun {
    CommandedRun(carrier.carryOut(configuration, seed: seed), commands: commands)
  }
}
