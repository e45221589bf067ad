import ArgumentParser
import Campaign
import Scheduling
import ToolSupport

/// What the options of `fuzz` ask for, and whether they go together.
extension FuzzCommand {
  /// What the options say of the seeds, without what makes the runs.
  ///
  /// - Throws: ``ToolError`` where the scenario cannot be read.
  func askedPlan() throws -> FuzzPlan {
    var range = seeds
    if hasEndlessSeeds { range = SeedRange(first: seeds.first, last: Seed(.max)) }
    if let scenario { return try plan(ofScenario: scenario, range) }
    guard let stack else { throw ValidationError("Name a stack with --stack, or a --scenario") }
    var plan = FuzzPlan(
      stack: stack, bugs: Set(bugs), seeds: range,
      schedule: strategy.source(preemptionLimit: preemptions), tiers: states.tiers,
      isGoingOn: keepGoing)
    if workload != .client { plan.workload = workload }
    plan.ignoredRules = ignore.rules.union(known?.set.rules ?? [])
    plan.executable = programOptions.program
    return plan
  }

  private func plan(ofScenario path: String, _ range: SeedRange) throws -> FuzzPlan {
    var scenario = try LoadedScenario(path: path).scenario
    guard scenario.expectation == .pass, scenario.configuration.schedule.exhaustiveBound == nil
    else {
      throw ToolError(
        "\(path): expected a scenario that is to pass and whose seeds draw its schedules; 'powercut run' takes others"
      )
    }
    scenario.configuration = scenario.configuration.running(programOptions.program)
    var plan = FuzzPlan(PlannedScenario(path: path, scenario: scenario))
    plan.seeds = range
    plan.isGoingOn = keepGoing
    return plan
  }

  func plan(_ asked: FuzzPlan) throws -> FuzzPlan {
    var plan = asked
    plan.carrier = try programOptions.carrier(for: plan.stack, named: plan.executable)
      .judged(by: commands.judges(jobCount: jobOptions.jobs))
    return plan
  }

  func validate() throws {
    guard (stack == nil) != (scenario == nil) else {
      throw ValidationError("Name either a stack with --stack, or a --scenario")
    }
    if scenario != nil {
      try OptionUse.fuzzingScenario.check()
      try GivenOptions.ofThisProcess.refuse("command-timeout", without: "command", "judge")
      return
    }
    let base = try askedPlan().base
    try refuseWithoutEffect(base)
    do {
      try base.validate()
    } catch {
      throw ValidationError("\(Self.option(of: error.part)): \(error.reason)")
    }
    guard commands.isEmpty || base.isOneRunOfClient else {
      throw ValidationError(
        """
        --command judges the crash states of one file that a client writes to: it goes with neither \
        databases nor --workload dirty-images nor --strategy dfs
        """)
    }
  }

  private static func option(of part: ConfigurationProblem.Part) -> String {
    switch part {
    case .bugs: "--bug"
    case .workload: "--workload"
    case .schedule: "--strategy"
    }
  }

  private func refuseWithoutEffect(_ base: RunConfiguration) throws {
    let given = GivenOptions.ofThisProcess
    try given.refuse("command-timeout", without: "command", "judge")
    if given.has("shrink-limit"), !minimizing.isMinimizing {
      throw ValidationError("--shrink-limit belongs to --shrink and --output: neither is given")
    }
    if let preemptions {
      guard base.schedule.exhaustiveBound != nil else {
        throw ValidationError("--preemptions belongs to --strategy dfs")
      }
      let allowed = ExhaustiveBound.allowedPreemptionLimits
      guard allowed.contains(preemptions) else {
        throw ValidationError(
          "--preemptions must be from \(allowed.lowerBound) to \(allowed.upperBound)")
      }
    }
    if workload == .dirtyImages, base.stack.holdsMadeUpImages {
      try OptionUse.fuzzingImages.check(given)
    }
    if given.has("strategy"), let reason = base.reasonForNoSchedule {
      throw ValidationError("--strategy: \(reason)")
    }
  }
}
