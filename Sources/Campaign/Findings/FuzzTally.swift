import Rules
import Scheduling

/// Adds the seeds of a campaign up, in their order, so that the result does not depend on how many
/// were carried out at once.
package struct FuzzTally: Sendable {
  private let isKeepingOn: Bool
  private let facts: PlanFacts
  private var tally = SeedTally()
  package private(set) var report: RunReport
  /// For each rule that was what a seed broke first a few findings, to be minimized.
  package private(set) var examples: [Finding] = []

  package init(_ plan: FuzzPlan) {
    isKeepingOn = plan.isGoingOn
    facts = PlanFacts(plan)
    report = RunReport(command: "fuzz", subject: facts.subject, seeds: plan.seeds)
    report.needsPromises = facts.needsPromises
  }

  /// - Returns: whether the campaign goes on.
  /// - Throws: ``StalledRun`` where a run hung without breaking a rule first.
  package mutating func add(_ result: JudgedSeed) throws(StalledRun) -> Bool {
    if let stalled = result.stalledRun { throw stalled }
    tally.add(result, seldom: facts.seldomRules)
    report.counts.add(result.judgement)
    // What else a seed breaks are consequences.
    if let cause = result.findings.first,
      examples.count(where: { $0.rule == cause.rule }) < SeedSample.firstCount
    {
      examples.append(cause)
    }
    for finding in result.findings where tally.broken[finding.rule]?.first.first == result.seed {
      report.findings.append(finding)
    }
    return isGoingOn
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
    if isKeepingOn { final.notes += tally.brokenLines }
    let remarks = facts.remarks(on: tally)
    final.notes += remarks.notes
    for obstacle in remarks.obstacles { final.addObstacle(obstacle) }
    final.unjudgedRules += remarks.unjudgedRules
    return final
  }
}
