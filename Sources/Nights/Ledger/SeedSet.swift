import Scheduling

/// Which seeds are done, as progressions: a set of many millions in a few ranges.
package struct SeedSet: Hashable, Sendable {
  private struct Class: Hashable {
    var step: UInt64
    var residue: UInt64
  }

  /// For each step and residue the done ones, as ranges of multiples of the step, ascending and apart.
  private var ranges: [Class: [ClosedRange<UInt64>]] = [:]

  package init() {}

  /// - Returns: whether none of them was there before.
  @discardableResult
  package mutating func insert(_ progression: SeedProgression) -> Bool {
    guard progression.count > 0, progression.step > 0 else { return true }
    let place = Class(
      step: progression.step, residue: progression.first.rawValue % progression.step)
    let first = progression.first.rawValue / progression.step
    let (last, isBeyond) = first.addingReportingOverflow(progression.count - 1)
    let added = first...(isBeyond ? .max : last)
    let isNew =
      !ranges[place, default: []].contains { $0.overlaps(added) }
      && !isInOtherSteps(progression, than: place)
    ranges[place, default: []].merge(added)
    return isNew
  }

  /// Whether a seed of `progression` was done in other steps, as by another number of shards.
  private func isInOtherSteps(_ progression: SeedProgression, than place: Class) -> Bool {
    guard ranges.keys.contains(where: { $0.step != place.step }) else { return false }
    var one = SeedProgression(first: progression.first, step: progression.step, count: 1)
    for _ in 0..<progression.count {
      if contains(one.first) { return true }
      guard let next = one.next else { return false }
      one.first = next
    }
    return false
  }

  package mutating func formUnion(_ other: SeedSet) {
    for (place, more) in other.ranges {
      for range in more { ranges[place, default: []].merge(range) }
    }
  }

  package func contains(_ seed: Seed) -> Bool {
    ranges.contains { place, ranges in
      seed.rawValue % place.step == place.residue
        && ranges.range(holding: seed.rawValue / place.step) != nil
    }
  }

  /// The first seed of `shard` from `seed` on that is not done; `nil` where there is none up to `last`.
  ///
  /// - Parameter seed: one of the shard.
  package func firstMissing(from seed: Seed, step: UInt64, through last: Seed) -> Seed? {
    var candidate = seed
    while candidate <= last {
      guard let end = lastDone(with: candidate, step: step) else { return candidate }
      let (next, isBeyond) = end.addingReportingOverflow(step)
      if isBeyond { return nil }
      candidate = Seed(next)
    }
    return nil
  }

  /// The last of the seeds in steps from `seed` on that are known to be done; `nil` where `seed` is not.
  private func lastDone(with seed: Seed, step: UInt64) -> UInt64? {
    let place = Class(step: step, residue: seed.rawValue % step)
    if let range = ranges[place]?.range(holding: seed.rawValue / step) {
      let (product, isBeyond) = range.upperBound.multipliedReportingOverflow(by: step)
      let (sum, isTooFar) = product.addingReportingOverflow(place.residue)
      return isBeyond || isTooFar ? .max : sum
    }
    return contains(seed) ? seed.rawValue : nil
  }
}

extension [ClosedRange<UInt64>] {
  /// Binary, because a night of a hundred shards asks often.
  fileprivate func range(holding value: UInt64) -> ClosedRange<UInt64>? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low].contains(value) ? self[low] : nil
  }

  fileprivate mutating func merge(_ added: ClosedRange<UInt64>) {
    let all = (self + [added]).sorted { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt64>] = []
    for range in all {
      if let last = merged.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1
      {
        merged[merged.count - 1] = last.lowerBound...Swift.max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    self = merged
  }
}
