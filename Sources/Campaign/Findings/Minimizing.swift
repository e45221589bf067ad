import Checking
import CrashStates
import Rules
import Scheduling

extension FindingGroup {
  /// Minimizes a finding of a campaign.
  ///
  /// - Parameter isGoingOn: `false` ends the shrinking with the smallest case so far.
  /// - Returns: `nil` where the listed operations do not break the rule: then seed and strategy are all
  ///   there is.
  /// - Throws: where a run could not be judged.
  package static func minimizing(
    _ finding: Finding, of plan: FuzzPlan, isGoingOn: @escaping () -> Bool
  ) throws(StalledRun) -> FindingGroup? {
    guard let seed = finding.seed else { return nil }
    let configuration = plan.configuration(for: seed)
    var found = Scenario(
      of: configuration, seed: seed, tiers: plan.tiers, breaking: finding.rule,
      also: finding.alsoBroken)
    if case .files(let carrier) = plan.carrier, configuration.commands != nil {
      // With the choices that the run made.
      if let token = finding.token,
        case .scenario(let made)? = try? RunToken(parsing: token).subject
      {
        found = made
      }
      return FindingGroup(found, finding, carrier: carrier, isGoingOn: isGoingOn)
    }
    guard configuration.hasClient, case .device(let carrier) = plan.carrier else {
      return FindingGroup(unshrinkable: finding, found)
    }
    // As it was drawn, so that a search of all schedules is one here, too.
    found.configuration = configuration
    let judged = try found.firstRun(
      breaking: finding.rule, carrier: carrier.carrier(judging: finding.rule))
    guard let judged else { return nil }
    var group = try minimizing(judged, rule: finding.rule, isGoingOn: isGoingOn)
    group?.token = finding.token
    return group
  }

  /// Minimizes a run that breaks a rule.
  ///
  /// - Throws: where a run could not be judged.
  package static func minimizing(
    _ judged: JudgedRun, rule: Rule, isGoingOn: @escaping () -> Bool
  ) throws(StalledRun) -> FindingGroup? {
    guard var shrinker = try Shrinker(judged, rule: rule, isGoingOn: isGoingOn) else { return nil }
    let run = judged.run
    var group = FindingGroup(
      try shrinker.shrink(),
      unshrunk: Scenario(
        of: run.configuration, seed: run.seed, choices: run.schedule, tiers: judged.tiers,
        breaking: rule, also: judged.judgement.violations.map(\.rule)))
    group.token = RunToken(of: judged, breaking: rule).description
    return group
  }
}

extension Scenario {
  /// The first run that breaks `rule`; `nil` where none does.
  ///
  /// - Throws: where a run could not be judged.
  package func firstRun(
    breaking rule: Rule, carrier: any DeviceCarrier = SimulatedCarrier()
  ) throws(StalledRun) -> JudgedRun? {
    for rawSeed in seeds.first.rawValue...seeds.last.rawValue {
      let seed = Seed(rawSeed)
      guard let bound = configuration.schedule.exhaustiveBound else {
        let judged = JudgedRun(configuration, seed: seed, tiers: tiers, carrier: carrier)
        if let obstacle = judged.obstacle { throw obstacle }
        if judged.breaks(rule) { return judged }
        continue
      }
      var search = ExhaustiveSearch(
        configuration, seed: seed, tiers: tiers, preemptionLimit: bound.preemptionLimit)
      while search.scheduleCount < bound.scheduleLimit, let judged = search.next() {
        if judged.breaks(rule) { return judged }
      }
    }
    return nil
  }
}

extension JudgedRun {
  /// Whether the run breaks `rule`.
  package func breaks(_ rule: Rule) -> Bool {
    judgement.violations.contains { $0.rule == rule }
  }
}
