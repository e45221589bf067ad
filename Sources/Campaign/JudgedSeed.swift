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
  /// How many schedules were carried out.
  public var scheduleCount: UInt64 = 1
  /// Schedules within the bound of a search were left out, because there are too many.
  public var hasMoreSchedules = false
  /// What an exhaustive search came to; `nil` where there was none.
  public var scheduleNote: String?

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
    } else if let bound = configuration.exhaustive {
      var search = ExhaustiveSearch(
        configuration, seed: seed, tiers: tiers, preemptionLimit: bound.preemptionLimit)
      (judgement, findings, stall) = search.judgeAll(
        upTo: bound.scheduleLimit, reproduce: reproduce)
      scheduleCount = search.scheduleCount
      hasMoreSchedules = !search.isComplete
      scheduleNote = search.summary
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
