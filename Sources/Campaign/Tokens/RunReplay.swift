import Bytes
import Checking
import Rules
import Scheduling

/// Carries out a token or a scenario, and says whether its rule is still broken.
package struct RunReplay: Sendable {
  /// The rule that was asked for.
  package let rule: Rule
  /// What the tool that carries it out has to know of where it differs from what was recorded; `nil` where
  /// the same run was made.
  package let divergence: RunDivergence?
  /// What the runs gave: several only of a scenario with several seeds.
  package private(set) var results: [JudgedSeed] = []
  /// The run that breaks the rule, or else the last one; `nil` of what has no operations of one device.
  package private(set) var judgedRun: JudgedRun?
  /// Facts beside the verdict.
  package private(set) var notes: [String] = []
  private let reproduce: String
  /// What was the same as when it was recorded, for ``verdict``.
  private let sameness: String

  /// - Parameter executable: the program's file, which no token names.
  /// - Throws: ``StalledRun`` where the run hung without breaking a rule.
  package init(
    _ token: RunToken, carrier: RunCarrier = .simulated, executable: String? = nil,
    reproduce: String
  ) throws(StalledRun) {
    switch token.subject {
    case .seed(let seeded):
      var plan = seeded.plan
      plan.carrier = carrier
      plan.executable = executable
      try self.init(seeded, of: plan, token.toolVersion, reproduce: reproduce)
    case .scenario(var scenario):
      scenario.configuration = scenario.configuration.running(executable)
      guard case .breaks(let rule, _) = scenario.expectation else {
        preconditionFailure("the scenario of a token expects a rule to be broken")
      }
      try self.init(scenario, breaking: rule, carrier: carrier, reproduce: reproduce)
    }
    if token.toolVersion != ToolVersion.text {
      notes.append(
        "recorded by powercut \(token.toolVersion), carried out by powercut \(ToolVersion.text)")
    }
  }

  /// - Throws: ``StalledRun`` where a run hung without breaking a rule.
  package init(
    _ scenario: Scenario, breaking rule: Rule, carrier: RunCarrier = .simulated,
    reproduce: String
  ) throws(StalledRun) {
    self.rule = rule
    self.reproduce = reproduce
    var divergence: RunDivergence?
    for rawSeed in scenario.seeds.first.rawValue...scenario.seeds.last.rawValue {
      let seed = Seed(rawSeed)
      let run = Self.run(scenario, seed, carrier, reproduce: reproduce)
      results.append(try Self.ended(run.result))
      judgedRun = run.judged
      divergence = divergence ?? run.divergence
      if Self.breaks(rule, run.result) { break }
    }
    self.divergence = divergence
    sameness =
      scenario.configuration.schedule.choices == nil
      ? "the scenario was carried out" : Self.sameChoices
  }

  private static let sameChoices = "the recorded choices were made"

  private init(
    _ token: RunToken.SeededRun, of plan: FuzzPlan, _ toolVersion: String, reproduce: String
  ) throws(StalledRun) {
    rule = token.rule
    self.reproduce = reproduce
    var configuration = plan.configuration(for: token.seed)
    let drawn = configuration.drawnDigest(seed: token.seed)
    var divergence: RunDivergence?
    if drawn != token.drawnDigest {
      divergence = .configuration(
        seed: token.seed, found: drawn, expected: token.drawnDigest, toolVersion: toolVersion)
    }
    if !configuration.hasClient {
      results = [
        try Self.ended(
          JudgedSeed(
            configuration, seed: token.seed, tiers: token.tiers, carrier: plan.carrier,
            reproduce: reproduce, plan: plan))
      ]
      sameness =
        configuration.workload == .dirtyImages
        ? "the seed draws the same images" : "the seed draws the same transactions"
    } else {
      guard case .device(let carrier) = plan.carrier else {
        throw StalledRun(seed: token.seed, stall: configuration.mismatch)
      }
      configuration.schedule = token.schedule
      let judged = JudgedRun(
        configuration, seed: token.seed, tiers: token.tiers, carrier: carrier)
      judgedRun = judged
      results = [
        try Self.ended(JudgedSeed(judged, reproduce: reproduce, plan: plan))
      ]
      let made = judged.run.schedule.digest
      if token.choices != nil {
        divergence = divergence ?? judged.run.replayDivergence.map { .choice($0) }
        sameness = Self.sameChoices
      } else {
        if let expected = token.choicesDigest, made != expected {
          divergence =
            divergence
            ?? .choices(
              seed: token.seed, found: made, expected: expected, toolVersion: toolVersion)
        }
        sameness = "the seed gives the same run"
      }
    }
    self.divergence = divergence
  }

  private static func run(
    _ scenario: Scenario, _ seed: Seed, _ carrier: RunCarrier, reproduce: String
  ) -> (result: JudgedSeed, judged: JudgedRun?, divergence: RunDivergence?) {
    let configuration = scenario.configuration
    guard configuration.hasClient, configuration.schedule.exhaustiveBound == nil,
      case .device(let device) = carrier
    else {
      let result = JudgedSeed(
        configuration, seed: seed, tiers: scenario.tiers, carrier: carrier, reproduce: reproduce)
      return (result, nil, result.steps.replayDivergence.map { .choice($0) })
    }
    let judged = JudgedRun(configuration, seed: seed, tiers: scenario.tiers, carrier: device)
    let divergence =
      configuration.schedule.choices == nil
      ? nil : judged.run.replayDivergence.map { RunDivergence.choice($0) }
    return (JudgedSeed(judged, reproduce: reproduce), judged, divergence)
  }

  private static func ended(_ result: JudgedSeed) throws(StalledRun) -> JudgedSeed {
    if let stalled = result.stalledRun { throw stalled }
    return result
  }

  private static func breaks(_ rule: Rule, _ result: JudgedSeed) -> Bool {
    result.findings.contains { $0.rule == rule }
  }

  // MARK: The answer

  /// Whether the rule was judged in any run: some need more than the run itself.
  package var isRuleJudged: Bool {
    results.contains { $0.judgement.judgedRules.contains(rule) }
  }

  package var isRuleBroken: Bool { results.contains { Self.breaks(rule, $0) } }

  /// The findings: the rule that was asked for first.
  package var findings: [Finding] {
    let all = results.flatMap(\.findings)
    return all.filter { $0.rule == rule } + all.filter { $0.rule != rule }
  }

  package var verdict: ReplayVerdict {
    if let divergence {
      let answer = isRuleBroken ? "is broken all the same" : "is not broken"
      return verdict(.diverged, "\(divergence); \(rule.rawValue) \(answer)")
    }
    if isRuleBroken {
      return verdict(.reproduced, ": \(sameness), and \(rule.rawValue) is broken again")
    }
    var others: [Rule] = []
    for finding in findings where !others.contains(finding.rule) { others.append(finding.rule) }
    let rest =
      others.isEmpty ? "" : "; broken is now \(others.map(\.rawValue).joined(separator: " "))"
    return verdict(.fixed, ": \(sameness), and \(rule.rawValue) holds\(rest)")
  }

  private func verdict(_ kind: ReplayVerdict.Kind, _ rest: String) -> ReplayVerdict {
    ReplayVerdict(kind, rest, reproduce: reproduce)
  }
}

/// What carrying a recorded run out again came to.
package struct ReplayVerdict: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    /// The rule is broken again.
    case reproduced = "REPRODUCED"
    /// The same run, and the rule holds.
    case fixed = "FIXED"
    /// Another run than the recorded one: what it says of the rule says nothing of the recorded run.
    case diverged = "DIVERGED"
  }

  package var kind: Kind
  /// The verdict in one line.
  package var description: String
  /// The command that carries the run out once more.
  package var reproduce: String

  init(_ kind: Kind, _ rest: String, reproduce: String) {
    self.kind = kind
    description = kind.rawValue + rest
    self.reproduce = reproduce
  }
}

/// Where a run differs from the recorded one. As text it stands after `DIVERGED`.
package enum RunDivergence: Hashable, Sendable, CustomStringConvertible {
  /// A recorded choice does not fit what is pending.
  case choice(ReplayStrategy.Divergence)
  /// The seed draws another configuration than it did.
  case configuration(seed: Seed, found: UInt64, expected: UInt64, toolVersion: String)
  /// The strategy makes other choices than it did.
  case choices(seed: Seed, found: UInt64, expected: UInt64, toolVersion: String)

  package var description: String {
    switch self {
    case .choice(let divergence):
      let expected = divergence.expectedBound.map { "one of \($0)" } ?? "the end of the run"
      let found = divergence.foundBound.map { "\($0) pending" } ?? "the end of the run"
      return " at step \(divergence.choiceIndex): expected \(expected), found \(found)"
    case .configuration(let seed, let found, let expected, let version):
      return ": seed \(seed) draws another configuration"
        + Self.versions(found, expected, version)
    case .choices(let seed, let found, let expected, let version):
      return ": seed \(seed) makes other choices" + Self.versions(found, expected, version)
    }
  }

  private static func versions(_ found: UInt64, _ expected: UInt64, _ version: String) -> String {
    " in this version (digest \(found.hexDigits) of powercut \(ToolVersion.text), expected "
      + "\(expected.hexDigits) of powercut \(version))"
  }
}
