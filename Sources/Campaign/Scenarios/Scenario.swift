import BlockDevice
import Checking
import CrashStates
import Rules
import Scheduling
import Stacks
import Workload

/// A regression scenario: a stack, a workload, a schedule, and what must come of it.
package struct Scenario: Hashable, Sendable {
  package enum Expectation: Hashable, Sendable {
    /// No rule is broken, in any seed.
    case pass
    /// At least one seed breaks `rule`; no seed breaks anything that is not `also`.
    case breaks(Rule, also: Set<Rule>)
  }

  package var summary: String
  package var configuration: RunConfiguration
  package var seeds: SeedRange
  package var tiers: [Tier]
  package var expectation: Expectation
  /// The digests of file, recovered file and virtual disk after the last entry of the first seed, as
  /// ``ImageDigests`` prints them; empty where nothing is pinned.
  package var pinnedDigests: [String] = []
}

extension Scenario {
  /// One that is to pass.
  package init(
    passing configuration: RunConfiguration, summary: String, seeds: SeedRange, tiers: [Tier]
  ) {
    self.init(
      summary: summary, configuration: configuration, seeds: seeds, tiers: tiers,
      expectation: .pass)
  }
}

extension Scenario {
  /// Carries the scenario out. A `breaks` scenario ends with the first seed that breaks its rule. What cannot
  /// be carried out is told by the outcome.
  package func run(
    path: String, carrier: RunCarrier = .simulated
  ) -> (ScenarioOutcome, [Finding]) {
    var outcome = ScenarioOutcome(path: path, summary: summary, seeds: seeds)
    outcome.needsPromises = configuration.needsPromises
    outcome.programWords =
      configuration.programWords(namesExecutable: true) + carrier.judgeWords
    if !pinnedDigests.isEmpty, let found = lastDigests(carrier), found != pinnedDigests {
      outcome.failure = "the last state has the digests [\(found.joined(separator: ", "))]"
      return (outcome, [])
    }
    for rawSeed in seeds.first.rawValue...seeds.last.rawValue {
      let judged = JudgedSeed(
        configuration, seed: Seed(rawSeed), tiers: tiers, carrier: carrier,
        reproduce: (["powercut", "run", path.shellQuoted] + outcome.programWords)
          .joined(separator: " "))
      outcome.counts.add(judged.judgement)
      outcome.counts.runs += Int(judged.scheduleCount) - 1
      outcome.scheduleNote = judged.scheduleNote
      let violations = judged.judgement.violations
      if let stalled = judged.stalledRun {
        outcome.obstacles.append("\(stalled)")
        return (outcome, [])
      }
      if let refusal = judged.judgement.refusal {
        outcome.obstacles.append("seed \(rawSeed): \(refusal)")
      }
      let unexpected = violations.filter { !isExpected($0.rule) }
      if let first = unexpected.first {
        outcome.failure =
          "seed \(rawSeed) breaks \(first.rule.rawValue), which the scenario does not expect"
        return (outcome, judged.findings.filter { !isExpected($0.rule) })
      }
      if judged.hasMoreSchedules && expectation == .pass {
        outcome.failure =
          "seed \(rawSeed) has more than \(judged.scheduleCount) schedules; "
          + "lower 'preemptions' or shorten the workload"
        return (outcome, [])
      }
      if case .breaks(let rule, _) = expectation, violations.contains(where: { $0.rule == rule }) {
        outcome.brokeAsExpected = true
        return (outcome, [])
      }
    }
    // Of states that were not judged nobody knows whether they break it.
    if case .breaks(let rule, _) = expectation, outcome.obstacles.isEmpty {
      outcome.failure =
        "no seed of \(seeds) breaks \(rule.rawValue), which the scenario expects to be broken"
    }
    return (outcome, [])
  }

  /// `nil` where the first seed leaves no log to be read.
  private func lastDigests(_ carrier: RunCarrier) -> [String]? {
    guard case .device(let carrier) = carrier else { return nil }
    let run = carrier.carryOut(configuration, seed: seeds.first)
    guard let history = try? run.evidence().history else { return nil }
    let format = configuration.imageFormat(seed: seeds.first, sessionCount: 0)
    let digester = ImageDigester(history: history, format: format)
    let digests = digester.digests(of: CrashState(cut: history.entryCount))
    return digests.description.split(separator: " ").map(String.init)
  }

  private func isExpected(_ rule: Rule) -> Bool {
    switch expectation {
    case .pass: false
    case .breaks(let main, let also): rule == main || also.contains(rule)
    }
  }
}

extension String {
  /// As a shell takes it for one word.
  package var shellQuoted: String {
    let plain = allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=,+%@".contains($0))
    }
    if plain && !isEmpty { return self }
    return "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
