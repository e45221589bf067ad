import Rules
import Scheduling

/// Makes runs of a client's operations: of the simulated stack (``SimulatedCarrier``), or of a real program,
/// which only the world outside of the pure targets can do.
package protocol DeviceCarrier: Sendable {
  /// Carries a run out, from the first operation to the last close. Called on any thread; several runs
  /// at once only where several jobs were asked for.
  ///
  /// What keeps a run from being made is its ``RunRecord/stall``.
  func carryOut(_ configuration: RunConfiguration, seed: Seed) -> any DeviceRun

  /// How much work it is to make a run at all, in steps of a simulated one: what limits shrinking.
  var workCountOfRun: Int { get }

  /// As ``RunCarrier/judgeWords``.
  var judgeWords: [String] { get }

  /// What makes the same runs, judged by as much as `rule` needs.
  func carrier(judging rule: Rule) -> any DeviceCarrier
}

extension DeviceCarrier {
  /// A program is started and ended: about a fifth of a second.
  package var workCountOfRun: Int { 20_000 }

  package var judgeWords: [String] { [] }

  package func carrier(judging rule: Rule) -> any DeviceCarrier { self }
}

/// Runs the simulated stacks, deterministically and on the calling thread.
package struct SimulatedCarrier: DeviceCarrier {
  package init() {}

  package var workCountOfRun: Int { 0 }

  /// - Precondition: the configuration has a client, and names no program.
  package func carryOut(_ configuration: RunConfiguration, seed: Seed) -> any DeviceRun {
    SimulatedRun(configuration, seed: seed)
  }
}
