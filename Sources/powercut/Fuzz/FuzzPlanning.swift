import ArgumentParser
import Campaign
import Scheduling

/// What the options of `fuzz` ask for, and whether they go together.
extension FuzzCommand {
  /// What the options say of the seeds, without what makes the runs.
  private func askedPlan() -> FuzzPlan {
    var range = seeds
    if hasEndlessSeeds {
      range = SeedRange(first: seeds.first, last: Seed(.max))
    }
    var plan = FuzzPlan(
      stack: stack, bugs: Set(bugs), seeds: range,
      schedule: strategy.source(preemptionLimit: preemptions), tiers: states.tiers,
      isGoingOn: keepGoing)
    if workload != .client { plan.workload = workload }
    plan.ignoredRules = ignore.rules
    plan.executable = programOptions.program
    return plan
  }

  func plan() throws -> FuzzPlan {
    var plan = askedPlan()
    plan.carrier = try programOptions.carrier(for: stack)
      .judged(by: commands.judges(jobCount: jobOptions.jobs))
    return plan
  }

  func validate() throws {
    let base = askedPlan().base
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
    try given.refuse("command-timeout", without: "command")
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
    if workload == .dirtyImages, stack.holdsMadeUpImages {
      try OptionUse.fuzzingImages.check(given)
    }
    if given.has("strategy"), let reason = base.reasonForNoSchedule {
      throw ValidationError("--strategy: \(reason)")
    }
  }
}
