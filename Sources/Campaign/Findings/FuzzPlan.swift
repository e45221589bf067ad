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
    if stack.program?.isDatabase == true { workload = .transactions }
  }

  package static let defaultTiers: [Tier] = [.prefix, .flushedOnly, .drop(1)]

  /// What the configurations of all seeds have in common.
  package var base: RunConfiguration {
    var base = RunConfiguration(stack: stack, bugs: bugs)
    base.schedule = schedule
    base.ignoredRules = ignoredRules
    switch workload {
    case .client: break
    case .dirtyImages: base.workload = .dirtyImages
    case .transactions: base.workload = .transactions
    }
    return base.running(executable)
  }

  package func configuration(for seed: Seed) -> RunConfiguration {
    let base = base
    if !base.hasClient { return base }
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
      reproduce: reproduction(of: seed), plan: self)
  }

  /// The command that carries out one seed alone.
  package func reproduction(of seed: Seed) -> String {
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

/// Adds the seeds of a campaign up, in their order, so that the result does not depend on how many
/// were carried out at once.
package struct FuzzTally: Sendable {
  private let isKeepingOn: Bool
  private let stack: StackName
  private let tiers: [Tier]
  package private(set) var report: RunReport
  /// For each rule the first finding; the others are counted.
  package private(set) var seedCountOfRule: [(rule: Rule, seedCount: Int)] = []
  /// For each rule that was what a seed broke first a few findings, to be minimized.
  package private(set) var examples: [Finding] = []
  private static let exampleCountOfRule = 3
  private let asksForAllStates: Bool
  /// Rules that some seed can judge and none has so far, and why; `nil` where that is for a seed to say.
  private var unseen: [(rule: Rule, reason: String?)]
  private var seedCount = 0
  /// Of how many seeds all states were compared with those of the device.
  private var comparedSeedCount = 0
  private let isExhaustive: Bool
  private var scheduleCount: UInt64 = 0
  /// Of how many seeds not every schedule was carried out.
  private var unfinishedSeedCount = 0
  /// In how many seeds the tier `all` was refused, and why in the first.
  private var refusedSeedCount = 0
  private var refusal: CrashStateError?

  package init(_ plan: FuzzPlan) {
    isKeepingOn = plan.isGoingOn
    stack = plan.stack
    tiers = plan.tiers
    asksForAllStates = plan.tiers.contains(.all) && plan.workload == .client
    unseen = Self.seldomJudged(plan).filter { !plan.ignoredRules.contains($0.rule) }
    isExhaustive = plan.schedule.exhaustiveBound != nil
    report = RunReport(
      command: "fuzz", subject: RunReport.target(plan.stack, plan.bugs), seeds: plan.seeds)
    report.unjudgedRules = plan.ignoredRules.sorted().map { ($0, "switched off") }
    report.needsPromises = plan.stack.program != nil
  }

  /// What a seed judges only where its run comes to it.
  private static func seldomJudged(_ plan: FuzzPlan) -> [(rule: Rule, reason: String?)] {
    let reads = "no seed has a read of the client that was answered"
    switch plan.workload {
    case .client where plan.stack.program == nil: return [(.d11, reads), (.l08, nil)]
    case .client where plan.stack.program?.isDatabase != true: return [(.d11, reads)]
    case .dirtyImages: return [(.d10, "no seed has an image that a writer was given")]
    default: return []
    }
  }

  /// - Returns: whether the campaign goes on.
  /// - Throws: ``StalledRun`` where a run hung without breaking a rule first.
  package mutating func add(_ result: JudgedSeed) throws(StalledRun) -> Bool {
    if let stalled = result.stalledRun { throw stalled }
    seedCount += 1
    if result.judgement.judgedRules.contains(.l10) { comparedSeedCount += 1 }
    unseen.removeAll { result.judgement.judgedRules.contains($0.rule) }
    for place in unseen.indices where unseen[place].reason == nil {
      unseen[place].reason =
        result.judgement.unjudgedRules.first { $0.rule == unseen[place].rule }?.reason
    }
    report.counts.add(result.judgement)
    if let refused = result.judgement.refusal {
      refusedSeedCount += 1
      refusal = refusal ?? refused
    }
    scheduleCount += result.scheduleCount
    if result.hasMoreSchedules { unfinishedSeedCount += 1 }
    // What else a seed breaks are consequences.
    if let cause = result.findings.first,
      examples.count(where: { $0.rule == cause.rule }) < Self.exampleCountOfRule
    {
      examples.append(cause)
    }
    for finding in result.findings {
      if let place = seedCountOfRule.firstIndex(where: { $0.rule == finding.rule }) {
        seedCountOfRule[place].seedCount += 1
      } else {
        seedCountOfRule.append((finding.rule, 1))
        report.findings.append(finding)
      }
    }
    return isGoingOn
  }

  /// Takes in what earlier campaigns found and what is still there, before the first seed.
  package mutating func addKnown(_ add: (inout RunReport) throws -> Void) rethrows {
    try add(&report)
  }

  /// Whether the campaign goes on: until the first finding, unless it was told to keep going.
  package var isGoingOn: Bool { isKeepingOn || report.findings.isEmpty }

  /// The campaign was ended by what it could not carry out; what it has found until then stays.
  package mutating func end(by stalled: StalledRun) {
    report.addObstacle("\(stalled)")
  }

  /// The campaign was ended before its last seed.
  package mutating func interrupt() {
    report.isInterrupted = true
  }

  /// Adds a fact beside the verdict.
  package mutating func note(_ text: String) { report.notes.append(text) }

  /// The campaign was ended by its time: these are the seeds that it reached.
  package mutating func end(atLast seed: Seed) {
    report.seeds = report.seeds.map { SeedRange(first: min($0.first, seed), last: seed) }
  }

  /// The report, with how often each rule was broken where more than one seed was looked at.
  package var finalReport: RunReport {
    var final = report
    if isKeepingOn {
      final.notes += seedCountOfRule.map {
        "\($0.rule.rawValue) is broken in \($0.seedCount) seeds"
      }
    }
    if asksForAllStates {
      final.notes.append(
        "all states of the log were compared with all that the device could have been left in "
          + "(L09, L10) in \(comparedSeedCount) of \(seedCount) seeds"
          + (comparedSeedCount < seedCount ? "; in the others they are too many" : ""))
    }
    if let refusal {
      let share =
        "\(refusedSeedCount) of \(seedCount) seeds have too many states for the tier 'all'"
      if refusedSeedCount == seedCount {
        final.addObstacle("\(share): \(refusal)")
      } else {
        final.notes.append("\(share), and only their other tiers were judged")
      }
    }
    if isExhaustive {
      final.notes.append(
        "\(scheduleCount) schedules of \(seedCount) seeds were carried out; "
          + (unfinishedSeedCount == 0
            ? "within the bound there are no others"
            : "\(unfinishedSeedCount) seeds have more"))
    }
    if seedCount > 0 {
      final.unjudgedRules += unseen.map { ($0.rule, $0.reason ?? "no seed came to it") }
    }
    final.addCommandNotes(comparesRecoveries: stack.image.isOfKnownFormat, tiers: tiers)
    return final
  }
}
