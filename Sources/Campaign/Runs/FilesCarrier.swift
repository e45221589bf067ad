import CrashStates
import Scheduling

/// Makes runs of a program that keeps several files, as a database does, and judges them.
package protocol FilesCarrier: Sendable {
  /// Carries a run out and judges it. What keeps it from being made or judged is its ``FilesRun/stall``.
  func carryOut(_ configuration: RunConfiguration, seed: Seed, tiers: [Tier]) -> FilesRun
}
