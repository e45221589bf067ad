import Checking
import Rules
import Scheduling

/// Goes through the seeds from one on, until a rule is broken that tells the bug.
///
/// It asks nothing of how a seed is carried out, so that the counting can be checked by hand.
package struct BugSearch: Hashable, Sendable {
  /// What one seed came to.
  package struct Outcome: Hashable, Sendable {
    package var brokenRules: [Rule]
    /// Crash states whose disk or promises no state of the same seed had before.
    package var judgedStateCount: Int

    package init(brokenRules: [Rule], judgedStateCount: Int) {
      self.brokenRules = brokenRules
      self.judgedStateCount = judgedStateCount
    }

    package init(_ judged: JudgedSeed) {
      self.init(
        brokenRules: judged.findings.map(\.rule),
        judgedStateCount: judged.judgement.judgedStateCount)
    }
  }

  /// The seed that found the bug; `nil` where none did within the limit.
  package private(set) var findingSeed: Seed?
  /// How many seeds were carried out, the finding one included.
  package private(set) var seedCount = 0
  /// How many crash states were judged in these seeds.
  package private(set) var judgedStateCount = 0

  /// - Parameters:
  ///   - rules: a finding of any of them counts.
  ///   - first: the seed to begin with; the others follow it.
  ///   - limit: how many seeds at most.
  ///   - judge: carries a seed out.
  package init(
    for rules: [Rule], from first: Seed, limit: Int, judge: (Seed) -> Outcome
  ) {
    precondition(limit >= 1, "a search looks at something")
    while findingSeed == nil && seedCount < limit {
      let seed = Seed(first.rawValue &+ UInt64(seedCount))
      let outcome = judge(seed)
      seedCount += 1
      judgedStateCount += outcome.judgedStateCount
      if outcome.brokenRules.contains(where: rules.contains) { findingSeed = seed }
    }
  }

  package var isFound: Bool { findingSeed != nil }
}

extension CataloguedBug {
  /// Which of the starts it is, from zero: each looks at seeds that no other start comes to.
  package static func firstSeed(ofStart start: Int) -> Seed {
    Seed(UInt64(start) * 100_000 + 1)
  }

  /// One start: the search for this bug with a strategy. A pure function.
  ///
  /// - Parameter limit: how many seeds at most, 1 to 100,000.
  package func search(_ strategy: StrategyName, start: Int, limit: Int) -> BugSearch {
    let first = Self.firstSeed(ofStart: start)
    let plan = self.plan(strategy, seeds: SeedRange(first: first, last: first))
    return BugSearch(for: rules, from: first, limit: limit) { BugSearch.Outcome(plan.run($0)) }
  }
}
