import Campaign
import Rules
import Scheduling

/// What a night came to for one target, over all workers.
package struct TargetNight: Sendable {
  package private(set) var tally = SeedTally()
  package private(set) var seeds = SeedSet()
  /// The time that its seeds took, of all threads together.
  package private(set) var nanoseconds: UInt64 = 0
  /// The first and the last seed.
  package private(set) var bounds: SeedRange?
  /// Whether seeds were carried out by two workers, and count twice.
  package private(set) var hasRepeatedSeeds = false

  /// For each shard what its own seeds are filed under.
  private var filedOfShard: [Shard: [Rule: SeedSample]] = [:]

  mutating func add(_ done: SeedsDone, by shard: Shard) {
    tally.add(done.tally)
    for (rule, sample) in done.tally.filed {
      filedOfShard[shard, default: [:]][rule, default: SeedSample()].add(sample)
    }
    if !seeds.insert(done.progression) { hasRepeatedSeeds = true }
    nanoseconds += done.nanoseconds
    let first = done.progression.first
    let last = Seed(first.rawValue + (done.progression.count - 1) * done.progression.step)
    bounds =
      bounds.map { SeedRange(first: min($0.first, first), last: max($0.last, last)) }
      ?? SeedRange(first: first, last: last)
  }

  /// The seeds whose findings are made smaller and told: for each rule the first ones, whoever carried them out,
  /// so that neither shards nor kills have a part in it.
  package func examples(of target: String) -> [FiledSeed] {
    tally.filedRules.flatMap { rule in
      (tally.filed[rule]?.first ?? []).map { FiledSeed(target: target, rule: rule, seed: $0) }
    }
  }

  /// The examples among the seeds of one shard: those of the night are among these.
  package func filed(by shard: Shard) -> [Rule: SeedSample] { filedOfShard[shard] ?? [:] }
}
