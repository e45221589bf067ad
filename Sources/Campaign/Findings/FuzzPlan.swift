import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

/// What the seeds of a campaign are made of.
package enum FuzzedWorkload: String, CaseIterable, Sendable {
  /// A client's operations, and every crash state that they leave.
  case client
  /// Made-up images with a log, from what a power cut leaves to what only malice does.
  case dirtyImages = "dirty-images"
  /// Transactions of a database: what its stacks have, and no others.
  case transactions
  /// Those of a scenario, which no option can say.
  case commands
}

/// Many seeds of one stack.
package struct FuzzPlan: Sendable {
  package var stack: StackName
  package var bugs: Set<PlantedBug>
  package var seeds: SeedRange
  package var schedule: ScheduleSource
  package var tiers: [Tier]
  package var isGoingOn: Bool
  package var workload = FuzzedWorkload.client
  /// Rules that the target is known to break, switched off.
  package var ignoredRules: Set<Rule> = []
  /// What makes the runs.
  package var carrier = RunCarrier.simulated
  /// The program's file, where it is not the one on PATH: ``ProgramOptions/executable``.
  package var executable: String?
  /// What every seed carries out in place of what it would draw; `nil` where it draws.
  package private(set) var scenario: PlannedScenario?

  /// The seeds of a scenario that is to keep every rule.
  package init(_ scenario: PlannedScenario) {
    let configuration = scenario.scenario.configuration
    self.init(
      stack: configuration.stack, bugs: configuration.bugs, seeds: scenario.scenario.seeds,
      schedule: configuration.schedule, tiers: scenario.scenario.tiers, isGoingOn: true)
    ignoredRules = configuration.ignoredRules
    executable = configuration.program?.executable
    if configuration.workload == .dirtyImages { workload = .dirtyImages }
    if configuration.commands != nil { workload = .commands }
    self.scenario = scenario
  }

  package init(
    stack: StackName, bugs: Set<PlantedBug> = [], seeds: SeedRange,
    schedule: ScheduleSource = .usual, tiers: [Tier] = FuzzPlan.defaultTiers,
    isGoingOn: Bool = false
  ) {
    self.stack = stack
    self.bugs = bugs
    self.seeds = seeds
    self.schedule = schedule
    self.tiers = tiers
    self.isGoingOn = isGoingOn
    if stack.program?.keepsFolder == true { workload = .transactions }
  }

  package static let defaultTiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]

  /// What the configurations of all seeds have in common.
  package var base: RunConfiguration {
    if let scenario { return scenario.scenario.configuration.running(executable) }
    var base = RunConfiguration(stack: stack, bugs: bugs)
    base.schedule = schedule
    base.ignoredRules = ignoredRules
    switch workload {
    case .client, .commands: break
    case .dirtyImages: base.workload = .dirtyImages
    case .transactions: base.workload = .transactions
    }
    return base.running(executable)
  }

  package func configuration(for seed: Seed) -> RunConfiguration {
    let base = base
    if !base.hasClient || scenario != nil { return base }
    // A program's runs are small anyway. All states or schedules of a run are few enough only where the run is small.
    if stack.program == nil && (tiers.contains(.all) || schedule.exhaustiveBound != nil) {
      return SmallSwarm(base: base).configuration(for: seed)
    }
    return Swarm(base).configuration(for: seed)
  }

  /// Carries out one seed. May be called on any thread, for any seed, in any order; pure where the carrier is.
  package func run(_ seed: Seed) -> JudgedSeed {
    JudgedSeed(
      configuration(for: seed), seed: seed, tiers: tiers, carrier: carrier,
      reproduce: reproduction(of: seed), plan: scenario == nil ? self : nil)
  }

  /// The command that carries out one seed alone.
  package func reproduction(of seed: Seed) -> String {
    if let scenario {
      let program = base.programWords(namesExecutable: false)
      let words = [
        "powercut", "fuzz", "--scenario", scenario.path.shellQuoted, "--seeds", "\(seed)",
      ]
      return (words + program + carrier.judgeWords).joined(separator: " ")
    }
    var words = ["powercut", "fuzz", "--stack", "\(stack)"]
    for bug in bugs.sorted() { words += ["--bug", bug.identifier] }
    if workload == .dirtyImages { words += ["--workload", workload.rawValue] }
    words += ["--seeds", "\(seed)"]
    if let bound = schedule.exhaustiveBound {
      words += ["--strategy", ExhaustiveBound.strategyName]
      if let limit = bound.preemptionLimit { words += ["--preemptions", "\(limit)"] }
    } else if schedule.strategy != .auto {
      words += ["--strategy", schedule.strategy.rawValue]
    }
    if !ignoredRules.isEmpty {
      words += ["--ignore", ignoredRules.sorted().map(\.rawValue).joined(separator: ",")]
    }
    if tiers != Self.defaultTiers {
      words += ["--states", tiers.map { "\($0)" }.joined(separator: ",")]
    }
    let stack = RunConfiguration(stack: stack).running(executable)
    words += stack.programWords(namesExecutable: true) + carrier.judgeWords
    return words.joined(separator: " ")
  }
}

/// A scenario whose operations a campaign carries out with seed after seed.
package struct PlannedScenario: Sendable {
  /// Its file, for messages.
  package var path: String
  package var scenario: Scenario

  package init(path: String, scenario: Scenario) {
    self.path = path
    self.scenario = scenario
  }
}
