import Campaign
import Rules
import Scheduling

/// Seeds of one target, in equal steps, and what they came to.
package struct SeedsDone: Hashable, Codable, Sendable {
  package var target: String
  package var progression: SeedProgression
  package var tally: SeedTally
  /// The time that they took, of all threads together.
  package var nanoseconds: UInt64
  /// In UTC.
  package var time: String

  package init(
    target: String, _ progression: SeedProgression, _ tally: SeedTally, nanoseconds: UInt64,
    time: String
  ) {
    self.target = target
    self.progression = progression
    self.tally = tally
    self.nanoseconds = nanoseconds
    self.time = time
  }
}

/// `first`, `first + step`, …: `count` seeds.
package struct SeedProgression: Hashable, Codable, Sendable {
  package var first: Seed
  package var step: UInt64
  package var count: UInt64

  package init(first: Seed, step: UInt64, count: UInt64 = 1) {
    self.first = first
    self.step = step
    self.count = count
  }

  /// `nil` where there is none, or the next one would be beyond the largest.
  package var next: Seed? {
    let (distance, isTooFar) = step.multipliedReportingOverflow(by: count)
    let (next, isBeyond) = first.rawValue.addingReportingOverflow(distance)
    return isTooFar || isBeyond ? nil : Seed(next)
  }
}

/// A finding of one seed, by the rule that the seed is filed under.
package struct FiledSeed: Hashable, Codable, Sendable {
  package var target: String
  package var rule: Rule
  package var seed: Seed

  package init(target: String, rule: Rule, seed: Seed) {
    self.target = target
    self.rule = rule
    self.seed = seed
  }
}

/// What was made of a finding.
package struct MinimizedFinding: Hashable, Codable, Sendable {
  package var of: FiledSeed
  /// That of its folder.
  package var name: String
  package var kind: FindingKind
  /// `vhdx: t0 write 0-1, t1 flush; 2 switches`; `nil` where it cannot be made smaller.
  package var shape: String?
  /// What was found, in one sentence.
  package var title: String
  package var operationCount: Int
  package var switchCount: Int
  package var lostWriteCount: Int

  /// A finding that was made smaller.
  package init(_ group: FindingGroup, of seed: FiledSeed) {
    of = seed
    name = group.name
    kind = FindingKind(group)
    shape = group.shape.description
    title = group.finding.violation.title
    operationCount = group.operationCount
    switchCount = group.switchCount
    lostWriteCount = group.lostWriteCount
  }

  /// One that does not show again in fewer operations: its seed is all there is.
  package init(unshrunk finding: Finding, of seed: FiledSeed) {
    of = seed
    name = "\(seed.rule.rawValue)-\(finding.violation.judge.rawValue)-seed-\(seed.seed)"
    kind = FindingKind(unshrunk: finding)
    title = finding.violation.title
    operationCount = 0
    switchCount = 0
    lostWriteCount = 0
  }
}

/// What became of a finding of an earlier night.
package struct TriedFinding: Hashable, Codable, Sendable {
  package enum Answer: String, Codable, Sendable {
    case there
    case gone
    /// Nobody could tell.
    case untried
  }

  package var target: String
  package var name: String
  package var answer: Answer
  /// Why nobody could tell.
  package var reason: String?

  package init(target: String, name: String, _ answer: Answer, reason: String? = nil) {
    self.target = target
    self.name = name
    self.answer = answer
    self.reason = reason
  }
}

/// What the search for the planted bug came to.
package struct CanaryAnswer: Hashable, Codable, Sendable {
  package var bug: String
  /// The stack in which it was planted.
  package var stack: String
  /// The seed that found it; `nil` where none did.
  package var seed: Seed?
  /// How many seeds were carried out.
  package var seedCount: UInt64

  package init(bug: String, stack: String, seed: Seed?, seedCount: UInt64) {
    self.bug = bug
    self.stack = stack
    self.seed = seed
    self.seedCount = seedCount
  }
}
