import Scheduling
import Yams

/// The `schedule` of a scenario file: the seeds, and what decides the order of what happens in each run.
struct ScheduleParsing {
  private let schedule: ScenarioNode

  init(_ node: Node) throws(ScenarioError) {
    schedule = try ScenarioNode(
      node, named: "schedule", keys: ["strategy", "preemptions", "seeds", "choices", "turns"])
  }

  func seeds() throws(ScenarioError) -> SeedRange? {
    guard let node = schedule.node("seeds") else { return nil }
    guard let range = node.scalar.flatMap({ SeedRange($0.string) }) else {
      throw ScenarioError(
        line: node.mark?.line, "'seeds' must be a range such as 1..200, found \(node.shown)")
    }
    return range
  }

  func source() throws(ScenarioError) -> ScheduleSource {
    if let turns = try turns() { return .turns(turns) }
    if let bound = try exhaustiveBound() { return .exhaustive(bound) }
    return ScheduleSource(choices: try choices(), of: try strategy() ?? .auto)
  }

  private func turns() throws(ScenarioError) -> TaskOrder? {
    guard let node = schedule.node("turns") else { return nil }
    guard let order = node.scalar.flatMap({ TaskOrder($0.string) }) else {
      throw ScenarioError(
        line: node.mark?.line, "'turns' must be a list such as 12x0,3x1, found \(node.shown)")
    }
    guard schedule.node("choices") == nil, schedule.node("strategy") == nil else {
      throw ScenarioError(
        line: node.mark?.line, "'turns' stands instead of 'strategy' and 'choices'")
    }
    try refusePreemptions()
    return order
  }

  private func exhaustiveBound() throws(ScenarioError) -> ExhaustiveBound? {
    guard schedule.node("strategy")?.scalar?.string == ExhaustiveBound.strategyName else {
      try refusePreemptions()
      return nil
    }
    guard schedule.node("choices") == nil else {
      throw ScenarioError(
        line: schedule.line, "the strategy dfs goes through all schedules, and 'choices' are of one"
      )
    }
    return ExhaustiveBound(
      preemptionLimit: try schedule.integer(
        "preemptions", in: ExhaustiveBound.allowedPreemptionLimits))
  }

  private func refusePreemptions() throws(ScenarioError) {
    guard schedule.node("preemptions") != nil else { return }
    throw ScenarioError(line: schedule.line, "'preemptions' needs the strategy dfs")
  }

  private func strategy() throws(ScenarioError) -> StrategyName? {
    guard let node = schedule.node("strategy") else { return nil }
    guard let name = node.scalar.flatMap({ StrategyName(rawValue: $0.string) }) else {
      let known = StrategyName.allCases.map(\.rawValue) + [ExhaustiveBound.strategyName]
      throw ScenarioError(
        line: node.mark?.line,
        """
        unknown strategy \(node.shown)\(known.hint(node.scalar?.string ?? "")); known are \(known.listed)
        """)
    }
    return name
  }

  private func choices() throws(ScenarioError) -> Schedule? {
    guard let node = schedule.node("choices") else { return nil }
    guard let recorded = node.scalar.flatMap({ Schedule($0.string) }) else {
      throw ScenarioError(
        line: node.mark?.line,
        "'choices' must be a list such as 0/2,3x1/3, found \(node.shown)")
    }
    return recorded
  }
}
