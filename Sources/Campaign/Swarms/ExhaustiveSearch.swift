import CrashStates
import Scheduling

/// Carries a configuration out under every schedule with a bounded number of preemptions, each once,
/// and judges each run.
///
/// For small explicit workloads: two writes that meet in the logger have 126 schedules, and each
/// operation more multiplies them. Where the search is complete and no rule was broken, no schedule
/// within the bound breaks one for this seed's contents, faults and crash states.
package struct ExhaustiveSearch: Sendable {
  package let configuration: RunConfiguration
  package let seed: Seed
  private let tiers: [Tier]
  private var search: ScheduleSearch

  /// - Precondition: `configuration` has a client, no program and no recorded schedule, and `preemptionLimit` is not
  ///   negative; `nil` is no bound at all.
  package init(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier] = FuzzPlan.defaultTiers,
    preemptionLimit: Int?
  ) {
    precondition(configuration.schedule.choices == nil, "a recorded schedule is a single one")
    precondition(configuration.stack.program == nil, "only a simulation is led along its choices")
    self.configuration = configuration
    self.seed = seed
    self.tiers = tiers
    search = ScheduleSearch(preemptionLimit: preemptionLimit)
  }

  /// How many schedules were carried out.
  package var scheduleCount: UInt64 { search.scheduleCount }
  /// Whether every schedule within the bound was carried out.
  package var isComplete: Bool { search.isComplete }

  /// Carries out and judges the next schedule; `nil` once the search is complete.
  package mutating func next() -> JudgedRun? {
    if search.isComplete { return nil }
    let run = SimulatedRun(configuration, seed: seed, next: &search)
    return JudgedRun(judging: run, tiers: tiers)
  }

  /// What was searched so far, in a sentence without its full stop.
  package var summary: String {
    let bound =
      search.preemptionLimit.map { " with at most \($0) preemption\($0 == 1 ? "" : "s")" }
      ?? " there is"
    return isComplete
      ? "every schedule\(bound) was carried out: \(scheduleCount)"
      : "\(scheduleCount) schedules were carried out, and there are more"
  }
}
