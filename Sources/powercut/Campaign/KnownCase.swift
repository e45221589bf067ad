import Campaign
import Nights
import Rules
import Scheduling

/// A finding of an earlier night that is tried again with the target as it is now.
struct KnownCase: Sendable {
  private static let otherSeedCount: UInt64 = 25

  var target: String
  var entry: KnownFindings.Entry
  /// The folder that keeps it.
  var folder: String

  private var name: String { entry.finding.name }
  private var rule: Rule { entry.finding.kind.rule }

  /// Another build makes other steps, so the recorded ones alone say little: the minimized run is asked, whose turns
  /// fit builds that differ a little, the run as it was found, and the same operations with other schedules.
  func answer(_ plan: FuzzPlan, _ isGoingOn: () -> Bool) -> TriedFinding {
    do {
      guard entry.finding.shape != nil else {
        return try answer(seeds(of: plan), isGoingOn)
      }
      return try answer(kept(plan), isGoingOn)
    } catch {
      return untried("\(error)")
    }
  }

  private func untried(_ reason: String) -> TriedFinding {
    TriedFinding(target: target, name: name, .untried, reason: reason)
  }

  private func answer(
    _ runs: [() -> JudgedSeed], _ isGoingOn: () -> Bool
  ) throws -> TriedFinding {
    var isAnyJudged = false
    var stall: String?
    for run in runs {
      if !isGoingOn() { return untried("the time was over") }
      let judged = run()
      if judged.findings.contains(where: { $0.rule == rule }) {
        return TriedFinding(target: target, name: name, .there)
      }
      if let stalled = judged.stalledRun { stall = "\(stalled)" } else { isAnyJudged = true }
    }
    guard isAnyJudged, isGoingOn() else { return untried(stall ?? "the time was over") }
    return TriedFinding(target: target, name: name, .gone)
  }

  /// Of what could not be made smaller the seed is all there is.
  private func seeds(of plan: FuzzPlan) -> [() -> JudgedSeed] {
    [{ plan.run(entry.finding.of.seed) }]
  }

  private func kept(_ plan: FuzzPlan) throws -> [() -> JudgedSeed] {
    let minimized = try LoadedScenario(path: "\(folder)/\(FindingFolder.scenarioName)").scenario
    let unshrunk = try LoadedScenario(path: "\(folder)/\(FindingFolder.unshrunkName)").scenario
    var others = unshrunk
    if unshrunk.configuration.schedule.choices != nil
      || unshrunk.configuration.schedule.turns != nil
    {
      others.configuration.schedule = .usual
    }
    let first = unshrunk.seeds.first.rawValue
    let last = first + min(Self.otherSeedCount - 1, .max - first)
    return [
      { run(minimized, minimized.seeds.first, plan) },
      { run(unshrunk, unshrunk.seeds.first, plan) },
    ] + (first...last).map { seed in { run(others, Seed(seed), plan) } }
  }

  private func run(_ scenario: Scenario, _ seed: Seed, _ plan: FuzzPlan) -> JudgedSeed {
    JudgedSeed(
      scenario.configuration.being(of: plan.base), seed: seed, tiers: scenario.tiers,
      carrier: plan.carrier, reproduce: "")
  }
}

extension RunConfiguration {
  /// The same operations, done by another target.
  fileprivate func being(of base: RunConfiguration) -> RunConfiguration {
    var other = self
    other.stack = base.stack
    other.bugs = base.bugs
    other.ignoredRules = base.ignoredRules
    other.program = base.program
    return other
  }
}
