import Checking
import CrashStates
import Rules
import Scheduling

/// What one seed of a configuration gave.
package struct JudgedSeed: Sendable {
  package var seed: Seed
  package var judgement: Judgement
  /// The run hung; its findings are those of what it had done.
  package var stall: RunStall?
  package var findings: [Finding]
  /// How many schedules were carried out.
  package var scheduleCount: UInt64 = 1
  /// Schedules within the bound of a search were left out, because there are too many.
  package var hasMoreSchedules = false
  /// What an exhaustive search came to; `nil` where there was none.
  package var scheduleNote: String?
  /// The choices of a run of several files, where they were the seed's; none of any other.
  package var steps = RunRecord.Steps()
  /// How a second run of the seed differs from the first; `nil` where it does not, or there was none.
  package var difference: RunDifference?

  /// Carries out one seed. May be called on any thread, for any seed, in any order; pure where the carrier is.
  ///
  /// - Parameters:
  ///   - carrier: what makes the run.
  ///   - reproduce: the command that does the same.
  ///   - plan: what drew the configuration; `nil` where it was given.
  package init(
    _ configuration: RunConfiguration, seed: Seed, tiers: [Tier],
    carrier: RunCarrier = .simulated, reproduce: String, plan: FuzzPlan? = nil
  ) {
    if configuration.workload == .dirtyImages, let stack = configuration.imageStack {
      let judgement = stack.judgement(ofMadeUpImagesBy: configuration.imageSetup, seed: seed)
      self.init(
        seed: seed, judgement: judgement,
        findings: Finding.all(
          in: judgement, configuration, seed: seed, tiers: FuzzPlan.defaultTiers,
          reproduce: reproduce, plan: plan))
    } else if configuration.stack.program?.keepsFolder == true {
      let run = carrier.filesRun(configuration, seed: seed, tiers: tiers)
      self.init(
        run, configuration, seed: seed, tiers: tiers, reproduce: reproduce, plan: plan)
    } else if let bound = configuration.schedule.exhaustiveBound {
      var search = ExhaustiveSearch(
        configuration, seed: seed, tiers: tiers, preemptionLimit: bound.preemptionLimit)
      let (judgement, findings, stall) = search.judgeAll(
        upTo: bound.scheduleLimit, reproduce: reproduce)
      self.init(seed: seed, judgement: judgement, stall: stall, findings: findings)
      scheduleCount = search.scheduleCount
      hasMoreSchedules = !search.isComplete
      scheduleNote = search.summary
    } else if case .device(let carrier) = carrier {
      self.init(
        JudgedRun(configuration, seed: seed, tiers: tiers, carrier: carrier),
        reproduce: reproduce, plan: plan)
      return
    } else {
      self.init(
        seed: seed, judgement: Judgement(), stall: configuration.mismatch, findings: [])
    }
    ignore(configuration.ignoredRules)
  }

  /// What one run gave.
  package init(_ judged: JudgedRun, reproduce: String, plan: FuzzPlan? = nil) {
    self.init(
      seed: judged.run.seed, judgement: judged.judgement, stall: judged.stall,
      findings: Finding.all(of: judged, reproduce: reproduce, plan: plan))
    ignore(judged.run.configuration.ignoredRules)
  }

  /// What one run of several files gave.
  package init(
    _ run: FilesRun, _ configuration: RunConfiguration, seed: Seed, tiers: [Tier],
    reproduce: String, plan: FuzzPlan? = nil
  ) {
    self.init(
      seed: seed, judgement: run.judgement, stall: run.stall,
      findings: Finding.all(
        in: run.judgement, configuration.making(choicesOf: run.steps), seed: seed, tiers: tiers,
        reproduce: reproduce, plan: plan))
    steps = run.steps
  }

  private init(
    seed: Seed, judgement: Judgement, stall: RunStall? = nil, findings: [Finding]
  ) {
    self.seed = seed
    self.judgement = judgement
    self.stall = stall
    self.findings = findings
  }

  /// What the seed is filed under: the worst of its findings.
  ///
  /// - Parameter known: rules that the target is known to break: another one comes before them.
  package func filedFinding(known: Set<Rule>) -> Finding? {
    findings.first { !known.contains($0.rule) } ?? findings.first
  }

  /// ``stall`` as an error; `nil` where the run broke a rule first, which is a verdict.
  package var stalledRun: StalledRun? {
    findings.isEmpty ? stall.map { StalledRun(seed: seed, stall: $0) } : nil
  }

  private mutating func ignore(_ rules: Set<Rule>) {
    if rules.isEmpty { return }
    judgement.violations.removeAll { rules.contains($0.rule) }
    judgement.judgedRules.removeAll { rules.contains($0) }
    findings.removeAll { rules.contains($0.rule) }
  }
}
