import Scheduling

/// How many seeds did something, and the first of them: the same whatever the order in which they were counted.
package struct SeedSample: Hashable, Codable, Sendable {
  /// So many are named, and where it is findings, made smaller.
  package static let firstCount = 3

  package private(set) var count = 0
  /// Ascending, at most ``firstCount``.
  package private(set) var first: [Seed] = []

  package init() {}

  package mutating func add(_ seed: Seed) {
    count += 1
    insert([seed])
  }

  package mutating func add(_ other: SeedSample) {
    count += other.count
    insert(other.first)
  }

  private mutating func insert(_ seeds: [Seed]) {
    first = Array(Set(first + seeds).sorted().prefix(Self.firstCount))
  }
}
