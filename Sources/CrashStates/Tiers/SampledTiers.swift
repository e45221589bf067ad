import Scheduling

/// Which states of each tier are gone through, from cut to cut.
struct SampledTiers {
  private let sample: StateSample?
  private let seed: Seed
  /// How many states each tier had at the cuts before, modulo the parts of its sample.
  private var passedCounts: [UInt64]

  /// - Parameter sample: `nil` for all.
  init(_ sample: StateSample?, tierCount: Int, seed: Seed) {
    self.sample = sample
    self.seed = seed
    passedCounts = [UInt64](repeating: 0, count: tierCount)
  }

  /// The numbers of a tier's states at the next cut.
  mutating func numbers(below count: UInt64, atCut cut: Int, tierPlace place: Int) -> SampledNumbers
  {
    guard let sample else { return SampledNumbers(all: count) }
    defer {
      let partCount = sample.partCounts[place]
      passedCounts[place] = (passedCounts[place] + count % partCount) % partCount
    }
    return sample.numbers(
      below: count, passedCount: passedCounts[place], atCut: cut, tierPlace: place, seed)
  }
}
