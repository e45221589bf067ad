import Checking
import CrashStates
import Scheduling

/// What one seed of a configuration gave.
public struct JudgedSeed: Sendable {
  public var seed: Seed
  public var judgement: Judgement
  /// The run hung; its findings are those of what it had done.
  public var stall: Simulation.Stall?
  public var findings: [Finding]

  /// Carries out one seed. Pure: may be called on any thread, for any seed, in any order.
  ///
  /// - Parameter reproduce: the command that does the same.
  public init(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier], reproduce: String
  ) {
    self.seed = seed
    if configuration.workload == .dirtyImages {
      let run = DirtyImageRun(profile: configuration.recovery, seed: seed)
      judgement = run.judgement
      findings = Finding.all(of: run, configuration, reproduce: reproduce)
    } else {
      let judged = JudgedRun(configuration, seed: seed, tiers: tiers)
      judgement = judged.judgement
      stall = judged.run.stall
      findings = Finding.all(of: judged, reproduce: reproduce)
    }
    let ignored = configuration.ignoredRules
    if ignored.isEmpty { return }
    judgement.violations.removeAll { ignored.contains($0.rule) }
    judgement.judgedRules.removeAll { ignored.contains($0) }
    findings.removeAll { ignored.contains($0.rule) }
  }
}
