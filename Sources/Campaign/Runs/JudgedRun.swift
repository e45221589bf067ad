import Bytes
import Checking
import CrashStates
import Scheduling
import Workload
import WriteLog

/// A run and what the rules say of it.
package struct JudgedRun: Sendable {
  package let run: any DeviceRun
  /// The crash states that were judged.
  package let tiers: [Tier]
  /// What made the run, and makes others like it.
  package let carrier: any DeviceCarrier
  package let judgement: Judgement
  /// Why there is nothing to be said of the run, or why it ended before its workload did.
  package let stall: RunStall?

  /// Carries a run out and judges it.
  package init(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier],
    carrier: any DeviceCarrier = SimulatedCarrier()
  ) {
    self.init(judging: carrier.carryOut(configuration, seed: seed), tiers: tiers, carrier: carrier)
  }

  /// Judges a run that was carried out.
  ///
  /// - Parameter carrier: what made it.
  package init(
    judging run: any DeviceRun, tiers: [Tier], carrier: any DeviceCarrier = SimulatedCarrier()
  ) {
    self.run = run
    self.tiers = tiers
    self.carrier = carrier
    var judgement = run.judgement(tiers: tiers)
    // What was found until then may be the obstacle's doing.
    if judgement.obstacle != nil { judgement.violations = [] }
    self.judgement = judgement
    stall = judgement.unjudgedReason.map { .unjudged($0) } ?? run.stall
  }

  /// What kept the run from being judged, as an error. A state that breaks a rule does so whatever could be said of
  /// the others.
  var obstacle: StalledRun? {
    guard judgement.violations.isEmpty, case .unjudged? = stall else { return nil }
    return stall.map { StalledRun(seed: run.seed, stall: $0) }
  }
}
