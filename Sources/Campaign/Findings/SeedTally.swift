import Checking
import CrashStates
import Rules
import Scheduling

/// What seeds of one target came to, as a sum: of seeds in any order, and of the sums of others.
package struct SeedTally: Hashable, Sendable {
  package private(set) var seedCount = 0
  package private(set) var counts = RunCounts()
  /// For each rule that was broken, in which seeds.
  package private(set) var broken: [Rule: SeedSample] = [:]
  /// The same by what a seed is filed under: the worst of the rules that it breaks.
  package private(set) var filed: [Rule: SeedSample] = [:]
  /// Of how many seeds all states were compared with those of the device.
  package private(set) var comparedSeedCount = 0
  package private(set) var scheduleCount: UInt64 = 0
  /// Of how many seeds not every schedule was carried out.
  package private(set) var unfinishedSeedCount = 0
  /// In which seeds the tier `all` was refused, and why in one of them.
  package private(set) var refused = Told()
  /// Which seeds could not be judged, and why one of them could not.
  package private(set) var stalled = Told()
  /// The rules that a seed judges only where its run comes to it, and some have.
  package private(set) var judgedSeldom: Set<Rule> = []
  /// Why the others were not.
  package private(set) var unjudgedReasons: [Rule: String] = [:]

  /// Seeds with what there is to say of them.
  package struct Told: Hashable, Codable, Sendable {
    package private(set) var seeds = SeedSample()
    /// Of several the first by its letters, so that no order has a part in it.
    package private(set) var text: String?

    mutating func add(_ seed: Seed, _ text: String) {
      seeds.add(seed)
      take(text)
    }

    mutating func add(_ other: Told) {
      seeds.add(other.seeds)
      if let text = other.text { take(text) }
    }

    private mutating func take(_ other: String) { text = text.map { min($0, other) } ?? other }
  }

  package init() {}

  /// Takes one seed in.
  ///
  /// - Parameters:
  ///   - seldom: rules that a seed judges only where its run comes to it.
  ///   - known: rules that the target is known to break: a seed is filed under another where it breaks one.
  package mutating func add(
    _ judged: JudgedSeed, seldom: [Rule] = [], known: Set<Rule> = []
  ) {
    seedCount += 1
    if let stall = judged.stalledRun {
      stalled.add(judged.seed, "\(stall)")
      return
    }
    let judgement = judged.judgement
    counts.add(judgement)
    if judgement.judgedRules.contains(.l10) { comparedSeedCount += 1 }
    for rule in seldom { note(rule, judgement) }
    if let refusal = judgement.refusal { refused.add(judged.seed, "\(refusal)") }
    scheduleCount += judged.scheduleCount
    if judged.hasMoreSchedules { unfinishedSeedCount += 1 }
    for finding in judged.findings { broken[finding.rule, default: SeedSample()].add(judged.seed) }
    if let worst = judged.filedFinding(known: known) {
      filed[worst.rule, default: SeedSample()].add(judged.seed)
    }
  }

  private mutating func note(_ rule: Rule, _ judgement: Judgement) {
    if judgement.judgedRules.contains(rule) {
      judgedSeldom.insert(rule)
    } else if let reason = judgement.unjudgedRules.first(where: { $0.rule == rule })?.reason {
      unjudgedReasons[rule] = unjudgedReasons[rule].map { min($0, reason) } ?? reason
    }
  }

  /// Takes the sum of other seeds in.
  package mutating func add(_ other: SeedTally) {
    seedCount += other.seedCount
    counts.add(other.counts)
    broken.merge(other.broken) { $0.adding($1) }
    filed.merge(other.filed) { $0.adding($1) }
    comparedSeedCount += other.comparedSeedCount
    scheduleCount += other.scheduleCount
    unfinishedSeedCount += other.unfinishedSeedCount
    refused.add(other.refused)
    stalled.add(other.stalled)
    judgedSeldom.formUnion(other.judgedSeldom)
    unjudgedReasons.merge(other.unjudgedReasons) { min($0, $1) }
  }

  /// What a seed is filed under, the worst first.
  package var filedRules: [Rule] { filed.keys.sorted { $0.reportOrder < $1.reportOrder } }

  /// A line for each broken rule, the worst first.
  package var brokenLines: [String] {
    brokenRules.map { "\($0.rawValue) is broken in \(broken[$0]?.count ?? 0) seeds" }
  }

  /// The broken rules, the worst first.
  package var brokenRules: [Rule] { broken.keys.sorted { $0.reportOrder < $1.reportOrder } }
}

extension SeedSample {
  fileprivate func adding(_ other: SeedSample) -> SeedSample {
    var sum = self
    sum.add(other)
    return sum
  }
}

extension SeedTally: Codable {
  private enum Key: String, CodingKey {
    case seeds, counts, broken, filed, compared, schedules, unfinished, refused, stalled, judged,
      unjudged
  }

  /// What is not there is nothing.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func value<Value: Decodable>(_ key: Key, _ nothing: Value) throws -> Value {
      try values.decodeIfPresent(Value.self, forKey: key) ?? nothing
    }
    seedCount = try values.decode(Int.self, forKey: .seeds)
    counts = try value(.counts, RunCounts())
    broken = try value(.broken, [:])
    filed = try value(.filed, [:])
    comparedSeedCount = try value(.compared, 0)
    scheduleCount = try value(.schedules, 0)
    unfinishedSeedCount = try value(.unfinished, 0)
    refused = try value(.refused, Told())
    stalled = try value(.stalled, Told())
    judgedSeldom = Set(try value(.judged, [Rule]()))
    unjudgedReasons = try value(.unjudged, [:])
  }

  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    func encode<Value: Encodable & Equatable>(
      _ key: Key, _ value: Value, unless nothing: Value
    ) throws {
      if value != nothing { try values.encode(value, forKey: key) }
    }
    try values.encode(seedCount, forKey: .seeds)
    try encode(.counts, counts, unless: RunCounts())
    try encode(.broken, broken, unless: [:])
    try encode(.filed, filed, unless: [:])
    try encode(.compared, comparedSeedCount, unless: 0)
    try encode(.schedules, scheduleCount, unless: 0)
    try encode(.unfinished, unfinishedSeedCount, unless: 0)
    try encode(.refused, refused, unless: Told())
    try encode(.stalled, stalled, unless: Told())
    try encode(.judged, judgedSeldom.sorted(), unless: [])
    try encode(.unjudged, unjudgedReasons, unless: [:])
  }
}
