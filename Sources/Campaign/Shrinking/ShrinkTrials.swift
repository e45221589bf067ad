import Checking
import CrashStates
import Rules
import Scheduling

/// Carries out smaller cases, and keeps the smallest that still breaks the rule.
struct ShrinkTrials {
  let rule: Rule
  /// What makes the runs.
  private let carrier: any DeviceCarrier
  /// The smallest case so far, with the turns that its run took.
  private(set) var best: ShrinkCase
  private(set) var judged: JudgedRun
  /// How many runs were carried out.
  private(set) var runCount = 0
  /// How much was done: steps of runs and judged crash states.
  private var workCount = 0
  private let workLimit: Int
  private let isGoingOn: () -> Bool
  /// Why trying cannot go on; `nil` where it can.
  private(set) var obstacle: StalledRun?
  /// Cases that keep the rule.
  private var kept: Set<ShrinkCase> = []

  /// `nil` where the listed operations do not break the rule again.
  ///
  /// - Throws: where they could not be judged.
  init?(
    _ first: ShrinkCase, rule: Rule, carrier: any DeviceCarrier = SimulatedCarrier(),
    workLimit: Int,
    isGoingOn: @escaping () -> Bool
  ) throws(StalledRun) {
    self.rule = rule
    self.carrier = carrier
    self.workLimit = workLimit
    self.isGoingOn = isGoingOn
    best = first
    judged = JudgedRun(
      first.configuration, seed: first.seed, tiers: first.tiers, carrier: carrier)
    if let obstacle = judged.obstacle { throw obstacle }
    guard breaks(judged) else { return nil }
    best = best.with(turns: judged.run.order)
  }

  /// Whether the work or the time that was given is used up.
  var isOver: Bool { workCount >= workLimit || obstacle != nil || !isGoingOn() }

  /// Whether schedules can be searched: programs are too slow, and only a simulation can be led along a
  /// path of choices.
  private var canSearch: Bool { carrier is SimulatedCarrier }

  var violation: Violation? { judged.judgement.violations.first { $0.rule == rule } }

  /// Carries `candidate` out, and keeps it where it breaks the rule.
  mutating func takes(_ candidate: ShrinkCase) -> Bool {
    if isOver || candidate.operations.isEmpty || kept.contains(candidate) { return false }
    let run = carrier.carryOut(candidate.configuration, seed: candidate.seed)
    if accepts(run, of: candidate) { return true }
    kept.insert(candidate)
    return false
  }

  /// The same for the first of `candidates` that breaks the rule.
  mutating func takes(firstOf candidates: [ShrinkCase]) -> Bool {
    for candidate in candidates where takes(candidate) { return true }
    return false
  }

  /// Looks for a schedule under which `candidate` breaks the rule, those with few preemptions first.
  ///
  /// - Parameter isSmaller: of runs that break the rule, which are of use.
  mutating func takes(
    _ candidate: ShrinkCase, searching scheduleLimit: Int, preemptionLimits: ClosedRange<Int>,
    where isSmaller: (any DeviceRun) -> Bool = { _ in true }
  ) -> Bool {
    if candidate.operations.isEmpty || !canSearch { return false }
    var rest = scheduleLimit
    for preemptionLimit in preemptionLimits {
      var search = ScheduleSearch(preemptionLimit: preemptionLimit)
      while !search.isComplete && rest > 0 && !isOver {
        rest -= 1
        let run = SimulatedRun(
          candidate.configuration, seed: candidate.seed, next: &search)
        if isSmaller(run), accepts(run, of: candidate) { return true }
      }
    }
    return false
  }

  /// Goes back to a case that was kept before.
  mutating func restore(_ best: ShrinkCase, _ judged: JudgedRun) {
    self.best = best
    self.judged = judged
  }

  private mutating func accepts(_ run: any DeviceRun, of candidate: ShrinkCase) -> Bool {
    runCount += 1
    workCount += run.stepCount + carrier.workCountOfRun
    if run.stall != nil { return false }
    let judged = JudgedRun(judging: run, tiers: candidate.tiers, carrier: carrier)
    workCount += judged.judgement.judgedStateCount * 16
    obstacle = judged.obstacle
    guard breaks(judged) else { return false }
    self.judged = judged
    best = candidate.with(turns: run.order)
    return true
  }

  private func breaks(_ judged: JudgedRun) -> Bool {
    judged.judgement.violations.contains { $0.rule == rule }
  }
}
