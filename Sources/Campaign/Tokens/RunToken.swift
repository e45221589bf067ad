import Bytes
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks

/// Text that carries out a run again and asks whether a rule is still broken: one word, of characters that
/// mean nothing to a shell.
///
///     pc2:tool=0.1.0,seed=3,stack=raw:exact,bugs=logger.position-reread,workload=client,
///       states=prefix+drop:1,strategy=auto,rule=L03,drawn=DIGEST,made=DIGEST,choices=0/2+3x1/3,check=DIGEST
///     pc2:tool=0.1.0,text=…,check=DIGEST
///
/// (in one line). The first is of a run that a seed drew: with the choices that it made, or without them,
/// where the strategy has to make them again. The second holds a whole scenario, in base64url, for runs that
/// no seed draws. docs/tokens.md has the fields.
///
/// A token survives changes of the tool as far as it can and says so where it cannot: `drawn` tells whether
/// the seed still draws the same configuration, `made` whether the same choices were made.
package struct RunToken: Hashable, Sendable {
  /// What stands after `pc`. Tokens of another format are refused.
  package static let formatVersion = 2

  package enum Subject: Hashable, Sendable {
    case seed(SeededRun)
    case scenario(Scenario)

    /// A file of this machine means nothing elsewhere.
    fileprivate var withoutExecutable: Subject {
      guard case .scenario(var scenario) = self else { return self }
      scenario.configuration.program?.executable = nil
      return .scenario(scenario)
    }
  }

  /// A run that a seed drew.
  package struct SeededRun: Hashable, Sendable {
    package var seed: Seed
    package var stack: StackName
    package var bugs: Set<PlantedBug> = []
    package var workload = FuzzedWorkload.client
    package var tiers: [Tier] = []
    /// By its name, because choices need no strategy: one that was taken out of the tool does no harm.
    package var strategy: String
    package var ignoredRules: Set<Rule> = []
    /// The rule that is asked for.
    package var rule: Rule
    /// Of what the seed draws: ``RunConfiguration/drawnDigest(seed:)``.
    package var drawnDigest: UInt64
    /// Of the choices: ``Schedule/digest``; `nil` where nothing is scheduled.
    package var choicesDigest: UInt64?
    /// `nil`: the strategy makes them again.
    package var choices: Schedule?
  }

  /// The version of the tool that wrote the token.
  package var toolVersion: String
  package var subject: Subject

  /// - Precondition: a scenario expects a rule to be broken.
  package init(_ subject: Subject, toolVersion: String = ToolVersion.text) {
    if case .scenario(let scenario) = subject {
      precondition(scenario.expectation != .pass, "a token asks for a rule")
    }
    self.subject = subject.withoutExecutable
    self.toolVersion = toolVersion
  }

  /// Of a finding, with the recorded choices.
  package init(of judged: JudgedRun, breaking rule: Rule, plan: FuzzPlan? = nil) {
    let run = judged.run
    guard let plan else {
      self.init(
        .scenario(
          Scenario(
            of: run.configuration, seed: run.seed, choices: run.schedule, tiers: judged.tiers,
            breaking: rule, also: judged.judgement.violations.map(\.rule))))
      return
    }
    var seeded = SeededRun(plan, run.seed, run.configuration, rule)
    seeded.choicesDigest = run.schedule.digest
    seeded.choices = run.schedule
    self.init(.seed(seeded))
  }

  /// Of a finding in a run that is no client's: of made-up images, of transactions, of commands.
  init(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier], breaking rule: Rule,
    also: [Rule], plan: FuzzPlan? = nil
  ) {
    guard let plan else {
      self.init(
        .scenario(
          Scenario(
            of: configuration, seed: seed, tiers: tiers, breaking: rule, also: also)))
      return
    }
    self.init(.seed(SeededRun(plan, seed, configuration, rule)))
  }

  package var seeds: SeedRange {
    switch subject {
    case .seed(let run): run.plan.seeds
    case .scenario(let scenario): scenario.seeds
    }
  }

  package var stack: StackName {
    switch subject {
    case .seed(let run): run.stack
    case .scenario(let scenario): scenario.configuration.stack
    }
  }

  /// As ``RunConfiguration/needsPromises``.
  package var needsPromises: Bool {
    switch subject {
    case .seed(let run): run.stack.program != nil
    case .scenario(let scenario): scenario.configuration.needsPromises
    }
  }

  /// The crash states that are judged.
  package var tiers: [Tier] {
    switch subject {
    case .seed(let run): run.tiers
    case .scenario(let scenario): scenario.tiers
    }
  }

  /// What is tested: a stack, and the bugs that were switched on.
  package var target: String {
    switch subject {
    case .seed(let run): RunReport.target(run.stack, run.bugs)
    case .scenario(let scenario):
      RunReport.target(scenario.configuration.stack, scenario.configuration.bugs)
    }
  }

  /// The same run, asked for another of the rules that it breaks; `nil` for a scenario, which says more of
  /// its rules.
  func asking(for rule: Rule) -> RunToken? {
    guard case .seed(var seeded) = subject else { return nil }
    seeded.rule = rule
    return RunToken(.seed(seeded), toolVersion: toolVersion)
  }

  /// The same without the recorded choices: shorter, and bound to the strategy.
  package var withoutChoices: RunToken {
    guard case .seed(var seeded) = subject else { return self }
    seeded.choices = nil
    return RunToken(.seed(seeded), toolVersion: toolVersion)
  }
}

extension RunToken.SeededRun {
  fileprivate init(
    _ plan: FuzzPlan, _ seed: Seed, _ configuration: RunConfiguration, _ rule: Rule
  ) {
    self.init(
      seed: seed, stack: plan.stack, bugs: plan.bugs, workload: plan.workload, tiers: plan.tiers,
      strategy: plan.schedule.strategy.rawValue, ignoredRules: plan.ignoredRules, rule: rule,
      drawnDigest: configuration.drawnDigest(seed: seed))
  }

  /// What draws the run again; `auto` where there is no such strategy, which choices do not need.
  package var plan: FuzzPlan {
    var plan = FuzzPlan(
      stack: stack, bugs: bugs, seeds: SeedRange(first: seed, last: seed),
      schedule: .strategy(knownStrategy), tiers: tiers)
    plan.workload = workload
    plan.ignoredRules = ignoredRules
    return plan
  }

  /// What decides the run's schedule: its choices, or else the strategy that makes them again.
  var schedule: ScheduleSource { ScheduleSource(choices: choices, of: knownStrategy) }

  private var knownStrategy: StrategyName { StrategyName(rawValue: strategy) ?? .auto }
}

extension RunConfiguration {
  /// XXH3-64 of ``text(seed:)``; of made-up images, of how they came about and what they hold.
  package func drawnDigest(seed: Seed) -> UInt64 {
    var text = text(seed: seed)
    if workload == .dirtyImages {
      for image in madeUpImages(seed: seed) {
        text += (image.notes + ["\(image.contents.stateDigest)"]).joined(separator: "\n")
      }
    }
    return Checksum.xxh3(Array(text.utf8))
  }
}

extension Schedule {
  /// XXH3-64 of the choices as text.
  package var digest: UInt64 { Checksum.xxh3(Array(description.utf8)) }
}
