import Campaign
import Host
import Nights
import Rules
import Scheduling
import ToolSupport

/// A finding of an earlier night that is tried again with the target as it is now.
struct KnownCase: Sendable {
  var target: String
  /// That of its folder.
  var name: String
  var rule: Rule
  /// The folder that keeps it.
  var folder: String
  /// Its scenario, where it stands in no folder of its own: a start was killed before its seed was counted.
  var uncountedPath: String?
  /// The seed of what could not be made smaller, and has no folder; `nil` for all others.
  var onlySeed: Seed?

  var path: String { uncountedPath ?? "\(folder)/\(FindingFolder.scenarioName)" }

  /// What was answered, and what shows it where it is there.
  struct Answer: Sendable {
    var tried: TriedFinding
    var finding: Finding?
  }

  /// Another build makes other steps, so the recorded ones alone say little: the minimized run is asked, whose turns
  /// fit builds that differ a little, the run as it was found, and the same operations with other schedules.
  func answer(_ plan: FuzzPlan, _ isGoingOn: () -> Bool) -> Answer {
    if let onlySeed { return answer([{ plan.run(onlySeed) }], isGoingOn) }
    do {
      return answer(try kept(plan), isGoingOn)
    } catch {
      return untried("\(error)")
    }
  }

  private func untried(_ reason: String) -> Answer {
    Answer(tried: TriedFinding(target: target, name: name, .untried, reason: reason))
  }

  private func answer(_ runs: [() -> JudgedSeed], _ isGoingOn: () -> Bool) -> Answer {
    var isAnyJudged = false
    var stall: String?
    for run in runs {
      if !isGoingOn() { return untried("the time was over") }
      let judged = run()
      if let finding = judged.findings.first(where: { $0.rule == rule }) {
        return Answer(
          tried: TriedFinding(target: target, name: name, .there), finding: finding)
      }
      if let stalled = judged.stalledRun { stall = "\(stalled)" } else { isAnyJudged = true }
    }
    guard isAnyJudged, isGoingOn() else { return untried(stall ?? "the time was over") }
    return Answer(tried: TriedFinding(target: target, name: name, .gone))
  }

  /// - Throws: ``ToolError`` where it cannot be tried.
  private func kept(_ plan: FuzzPlan) throws -> [() -> JudgedSeed] {
    let minimized = try LoadedScenario(path: path).scenario
    if let reason = minimized.reasonNotToRun(hasCommands: !plan.carrier.judgeWords.isEmpty) {
      throw ToolError(reason)
    }
    let first = run(minimized, minimized.seeds.first, plan)
    let unshrunkPath = "\(folder)/\(FindingFolder.unshrunkName)"
    guard uncountedPath == nil, Folders.exists(unshrunkPath) else { return [first] }
    let unshrunk = try LoadedScenario(path: unshrunkPath).scenario
    let found = unshrunk.seeds.first
    // Other schedules, where the run as it was found had one of its own.
    guard unshrunk.configuration.hasClient, unshrunk.configuration.schedule.exhaustiveBound == nil
    else { return [first, run(unshrunk, found, plan)] }
    let others = unshrunk.withOtherSchedules
    return [first, run(unshrunk, found, plan)]
      + (others.seeds.first.rawValue...others.seeds.last.rawValue).map {
        run(others, Seed($0), plan)
      }
  }

  private func run(_ scenario: Scenario, _ seed: Seed, _ plan: FuzzPlan) -> () -> JudgedSeed {
    let program = plan.base.programWords(namesExecutable: plan.executable != nil)
    let words = ["powercut", "replay-run", path.shellQuoted] + program + plan.carrier.judgeWords
    return {
      JudgedSeed(
        scenario.configuration.being(of: plan.base), seed: seed, tiers: scenario.tiers,
        carrier: plan.carrier, reproduce: words.joined(separator: " "))
    }
  }
}

extension RunConfiguration {
  /// The same operations, done by another target.
  fileprivate func being(of base: RunConfiguration) -> RunConfiguration {
    var other = self
    other.stack = base.stack
    other.bugs = base.bugs
    other.ignoredRules = base.ignoredRules
    other.program = base.program
    return other
  }
}
