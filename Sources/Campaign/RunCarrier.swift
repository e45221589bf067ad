import Checking
import CrashStates
import Rules
import Scheduling

/// Makes runs: of the simulated stack (``SimulatedCarrier``), or of a real program, which only the world
/// outside of the pure targets can do.
package protocol RunCarrier: Sendable {
  /// Carries a run out, from the first operation to the last close. Called on any thread; several runs
  /// at once only where several jobs were asked for.
  ///
  /// What keeps a run from being made is its ``CompletedRun/stall``.
  ///
  /// - Parameter strategy: instead of the one that the configuration names.
  func carryOut(
    _ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?
  ) -> any CompletedRun

  /// Carries out a run of a database's transactions and judges it.
  func carryOutTransactions(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> TransactionRun

  /// How much work it is to make a run at all, in steps of a simulated one: what limits shrinking.
  var workCountOfRun: Int { get }

  /// What a command line of the tool has to say, as it is typed, so that runs are judged as these are; empty
  /// where they are judged as always.
  var judgeWords: [String] { get }

  /// What makes the same runs, judged by as much as `rule` needs.
  func carrier(judging rule: Rule) -> any RunCarrier
}

extension RunCarrier {
  /// A program is started and ended: about a fifth of a second.
  package var workCountOfRun: Int { 20_000 }

  package var judgeWords: [String] { [] }

  package func carrier(judging rule: Rule) -> any RunCarrier { self }

  /// Most carriers know no database.
  package func carryOutTransactions(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier]
  ) -> TransactionRun {
    TransactionRun(stall: .program("\(configuration.stack) cannot be run here"))
  }

  /// The run that the configuration and the seed decide.
  package func carryOut(_ configuration: RunConfiguration, seed: Seed) -> any CompletedRun {
    carryOut(configuration, seed: seed, strategy: nil)
  }
}

/// Runs the simulated stacks, deterministically and on the calling thread.
package struct SimulatedCarrier: RunCarrier {
  package init() {}

  package var workCountOfRun: Int { 0 }

  /// - Precondition: the configuration has a client, and names no program.
  package func carryOut(
    _ configuration: RunConfiguration, seed: Seed, strategy: (any Strategy)?
  ) -> any CompletedRun {
    SimulatedRun(configuration, seed: seed, strategy: strategy)
  }
}
