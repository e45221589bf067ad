import Bytes
import Campaign
import Checking
import Scheduling
import Stacks
import Yams

/// One item of a campaign file's `targets`.
struct TargetParsing {
  private static let keys = [
    "name", "stack", "scenario", "weight", "bugs", "workload", "seeds", "strategy", "preemptions",
    "states", "ignore", "known", "program", "commands", "command-timeout",
  ]
  /// What a scenario says itself.
  private static let drawn = [
    "bugs", "workload", "strategy", "preemptions", "states", "ignore", "program",
  ]

  private let node: ScenarioNode

  init(_ node: Node) throws(ScenarioError) {
    self.node = try ScenarioNode(node, named: "target", keys: Self.keys)
  }

  func target(_ scenario: (String) throws -> Scenario) throws(ScenarioError) -> CampaignTarget {
    let path = node.node("scenario")
    let plan = if let path { try planned(path, scenario) } else { try drawnPlan() }
    var target = CampaignTarget(name: "", plan: plan)
    target.name = try name(target.plan)
    target.weight = try node.integer("weight", in: 1...1000) ?? 1
    target.seeds = try seeds()
    target.known = try known()
    target.commands = try commands(target.plan)
    target.commandLimitSeconds = UInt64(
      try node.integer("command-timeout", in: 1...86_400) ?? Int(target.commandLimitSeconds))
    return target
  }

  // MARK: What its seeds are made of

  private func planned(
    _ path: Node, _ read: (String) throws -> Scenario
  ) throws(ScenarioError) -> FuzzPlan {
    for key in ["stack"] + Self.drawn where node.node(key) != nil {
      throw ScenarioError(line: node.line(of: key), "'\(key)' is for the scenario to say")
    }
    guard let text = path.scalar?.string, !text.isEmpty else {
      throw ScenarioError(
        line: path.mark?.line, "'scenario' must be the path of a file, found \(path.shown)")
    }
    let scenario: Scenario
    do {
      scenario = try read(text)
    } catch {
      throw ScenarioError(line: path.mark?.line, "\(text): \(error)")
    }
    guard scenario.expectation == .pass else {
      throw ScenarioError(
        line: path.mark?.line,
        "\(text) expects a rule to be broken; a campaign carries out what is to pass")
    }
    guard scenario.configuration.schedule.exhaustiveBound == nil else {
      throw ScenarioError(
        line: path.mark?.line, "\(text) goes through all schedules, which no seed draws")
    }
    return FuzzPlan(PlannedScenario(path: text, scenario: scenario))
  }

  private func drawnPlan() throws(ScenarioError) -> FuzzPlan {
    var plan = FuzzPlan(
      stack: try node.required("stack").stack(), bugs: try node.bugs("bugs"),
      seeds: SeedRange(first: Seed(1), last: Seed(.max)), schedule: try schedule(),
      tiers: try node.tiers("states") ?? FuzzPlan.defaultTiers, isGoingOn: true)
    if let workload = try workload() { plan.workload = workload }
    plan.ignoredRules = try node.rules("ignore")
    if let program = node.node("program") {
      guard let path = program.scalar?.string, !path.isEmpty, plan.stack.program != nil else {
        throw ScenarioError(
          line: program.mark?.line, "'program' is the file of a stack of programs to run")
      }
      plan.executable = path
    }
    do {
      try plan.base.validate()
    } catch {
      let key = error.part == .schedule ? "strategy" : error.part.rawValue
      throw ScenarioError(line: node.line(of: key) ?? node.line, error.reason)
    }
    return plan
  }

  private func workload() throws(ScenarioError) -> FuzzedWorkload? {
    guard let found = node.node("workload") else { return nil }
    guard let workload = found.scalar.flatMap({ FuzzedWorkload(rawValue: $0.string) }) else {
      throw ScenarioError(
        line: found.mark?.line,
        "unknown workload \(found.shown); known are \(FuzzedWorkload.allCases.map(\.rawValue).listed)"
      )
    }
    return workload
  }

  private func schedule() throws(ScenarioError) -> ScheduleSource {
    let preemptions = try node.integer(
      "preemptions", in: ExhaustiveBound.allowedPreemptionLimits)
    guard let found = node.node("strategy") else {
      guard preemptions == nil else {
        throw ScenarioError(
          line: node.line(of: "preemptions"), "'preemptions' needs the strategy dfs")
      }
      return .usual
    }
    let text = found.scalar?.string ?? ""
    if text == ExhaustiveBound.strategyName {
      return .exhaustive(ExhaustiveBound(preemptionLimit: preemptions))
    }
    guard preemptions == nil else {
      throw ScenarioError(
        line: node.line(of: "preemptions"), "'preemptions' needs the strategy dfs")
    }
    guard let strategy = StrategyName(rawValue: text) else {
      let known = StrategyName.allCases.map(\.rawValue) + [ExhaustiveBound.strategyName]
      throw ScenarioError(
        line: found.mark?.line,
        "unknown strategy \(found.shown)\(known.hint(text)); known are \(known.listed)")
    }
    return .strategy(strategy)
  }

  // MARK: What is said of it

  private func name(_ plan: FuzzPlan) throws(ScenarioError) -> String {
    guard let found = node.node("name") else {
      return plan.scenario?.path ?? "\(plan.stack)"
    }
    guard let name = found.scalar?.string, !name.isEmpty else {
      throw ScenarioError(line: found.mark?.line, "'name' must be a name, found \(found.shown)")
    }
    return name
  }

  private func seeds() throws(ScenarioError) -> SeedRange? {
    guard let found = node.node("seeds") else { return nil }
    guard let range = found.scalar.flatMap({ SeedRange($0.string) }) else {
      throw ScenarioError(
        line: found.mark?.line, "'seeds' must be a range such as 1..200, found \(found.shown)")
    }
    return range
  }

  private func known() throws(ScenarioError) -> KnownSet? {
    guard let found = node.node("known") else { return nil }
    guard let set = found.scalar.flatMap({ KnownSet($0.string) }) else {
      let known = KnownSet.all.map(\.name)
      throw ScenarioError(
        line: found.mark?.line,
        "unknown set \(found.shown)\(known.hint(found.scalar?.string ?? "")); known are \(known.listed)"
      )
    }
    return set
  }

  private func commands(_ plan: FuzzPlan) throws(ScenarioError) -> [ImageCommand] {
    guard let found = node.node("commands") else { return [] }
    var commands: [ImageCommand] = []
    for item in try found.list(named: "commands") {
      do {
        commands.append(try ImageCommand(parsing: item.scalar?.string ?? ""))
      } catch {
        throw ScenarioError(line: item.mark?.line, "\(error)")
      }
    }
    guard commands.isEmpty || plan.base.isOneRunOfClient else {
      throw ScenarioError(
        line: found.mark?.line,
        "'commands' judge the crash states of one file that a client writes to: they go with neither "
          + "databases nor dirty-images nor the strategy dfs")
    }
    return commands
  }
}
