import Bytes
import Scheduling

/// The states that a power cut within a recovery can leave, cut by cut; at each, with m optional steps:
///
///     1          nothing is lost
///     m          each one is lost
///     1          all are lost, where m is more than 1
///     2 to 11 w  each of the w writes among them is torn, by units that the device writes whole
///
/// Where that is more than a limit, an even part of them is gone through: small cuts whole, such as
/// those around headers, and of the others every so many-th state, counted from one that the seed
/// says.
package struct RecoveryCuts: Sequence, Sendable {
  private let steps: RecoverySteps
  private let unitByteCount: Int
  private let seed: Seed
  /// For each step, how many ways to tear the steps before it there are.
  private let tearCounts: [UInt64]
  /// The cuts that are looked at, ascending, and the stride of each.
  private let cuts: [Int]
  private let strides: [UInt64]
  private static let smallCount: UInt64 = 16
  /// How many states there are in all.
  package let totalCount: UInt64

  /// - Parameters:
  ///   - unitByteCount: what the device writes whole.
  ///   - maximumCount: about so many states are gone through, at least one at each cut that is looked at.
  package init(
    _ steps: RecoverySteps, unitByteCount: Int = StateSum.unitByteCount, seed: UInt64,
    maximumCount: Int
  ) {
    precondition(maximumCount > 0, "a limit allows something")
    self.steps = steps
    self.unitByteCount = unitByteCount
    self.seed = Seed(seed)
    tearCounts = Self.tearCounts(steps, unitByteCount)
    let cuts = Self.chosenCuts(stepCount: steps.count, maximumCount: maximumCount, Seed(seed))
    var totalCount: UInt64 = 0
    for cut in 0...steps.count { totalCount += Self.count(atCut: cut, steps, tearCounts) }
    let counts = cuts.map { [steps, tearCounts] in Self.count(atCut: $0, steps, tearCounts) }
    self.totalCount = totalCount
    self.cuts = cuts
    strides = Self.strides(counts, maximumCount: UInt64(maximumCount))
  }

  package func makeIterator() -> Iterator { Iterator(self) }

  package struct Iterator: IteratorProtocol {
    private let source: RecoveryCuts
    private var place = 0
    private var numbers = SampledNumbers(all: 0)

    init(_ source: RecoveryCuts) {
      self.source = source
    }

    package mutating func next() -> RecoveryCut? {
      while true {
        if let number = numbers.next() {
          return source.state(number, atCut: source.cuts[place - 1])
        }
        guard place < source.cuts.count else { return nil }
        numbers = source.numbers(place)
        place += 1
      }
    }
  }

  /// Cuts with a single write that can be lost or torn, such as those around headers, are gone through
  /// whole; the others share what is left.
  private static func strides(_ counts: [UInt64], maximumCount: UInt64) -> [UInt64] {
    let small = counts.filter { $0 <= smallCount }.reduce(0, +)
    guard small <= maximumCount / 2 else {
      return StateSample(stateCounts: counts, maximumStateCount: maximumCount).partCounts
    }
    let large = counts.indices.filter { counts[$0] > smallCount }
    let sample = StateSample(
      stateCounts: large.map { counts[$0] }, maximumStateCount: maximumCount - small)
    var strides = [UInt64](repeating: 1, count: counts.count)
    for (place, stride) in zip(large, sample.partCounts) { strides[place] = stride }
    return strides
  }

  fileprivate func numbers(_ place: Int) -> SampledNumbers {
    let count = Self.count(atCut: cuts[place], steps, tearCounts)
    let stride = strides[place]
    var first: UInt64 = 0
    if stride > 1 {
      var stream = RandomStream(seed, .samples, UInt64(cuts[place]), UInt64(steps.count))
      first = stream.next() % Swift.min(stride, count)
    }
    return SampledNumbers(
      from: first, by: stride, below: count, countedFrom: 0)
  }

  fileprivate func state(_ number: UInt64, atCut cut: Int) -> RecoveryCut {
    let optional = steps.optional(atCut: cut)
    if number == 0 { return RecoveryCut(cut: cut) }
    var number = number - 1
    if number < UInt64(optional.count) {
      return RecoveryCut(cut: cut, lost: [optional.lowerBound + Int(number)])
    }
    number -= UInt64(optional.count)
    if optional.count > 1 {
      if number == 0 { return RecoveryCut(cut: cut, lost: Array(optional)) }
      number -= 1
    }
    return RecoveryCut(cut: cut, torn: tear(number, optional))
  }

  /// - Parameter number: of the ways to tear one of these steps.
  private func tear(_ number: UInt64, _ optional: Range<Int>) -> Tear {
    let wanted = tearCounts[optional.lowerBound] + number
    var low = optional.lowerBound
    var high = optional.upperBound
    // The last step with no more tears before it than wanted.
    while high - low > 1 {
      let middle = (low + high) / 2
      if tearCounts[middle] <= wanted { low = middle } else { high = middle }
    }
    return Self.tears(of: steps.steps[low], at: low, unitByteCount, seed)[
      Int(wanted - tearCounts[low])]
  }

  private static func count(
    atCut cut: Int, _ steps: RecoverySteps, _ tearCounts: [UInt64]
  ) -> UInt64 {
    let optional = steps.optional(atCut: cut)
    let tearCount = tearCounts[optional.upperBound] - tearCounts[optional.lowerBound]
    return 1 + UInt64(optional.count) + (optional.count > 1 ? 1 : 0) + tearCount
  }

  private static func tearCounts(_ steps: RecoverySteps, _ unitByteCount: Int) -> [UInt64] {
    var counts: [UInt64] = [0]
    counts.reserveCapacity(steps.count + 1)
    for step in steps.steps {
      counts.append(
        counts[counts.count - 1]
          + UInt64(tears(of: step, at: 0, unitByteCount, Seed(0)).count))
    }
    return counts
  }

  private static func tears(
    of step: RecoverySteps.Step, at index: Int, _ unitByteCount: Int, _ seed: Seed
  ) -> [Tear] {
    guard case .write(let range) = step else { return [] }
    return Tear.all(
      ofEntry: index, writing: range, unitByteCount: unitByteCount, seed: seed.rawValue)
  }

  /// All cuts, or where they are too many the first and the last ones, at which the headers are
  /// written, and an even part of those between.
  private static func chosenCuts(stepCount: Int, maximumCount: Int, _ seed: Seed) -> [Int] {
    let edgeCount = 8
    if stepCount < Swift.max(maximumCount, 4 * edgeCount) { return Array(0...stepCount) }
    let inner = edgeCount...stepCount - edgeCount
    let step = (inner.count + maximumCount - 1) / maximumCount
    var stream = RandomStream(seed, .samples, UInt64(stepCount))
    let first = inner.lowerBound + stream.next(below: step)
    let chosen =
      Array(0..<edgeCount) + Array(stride(from: first, through: inner.upperBound, by: step))
    return chosen + Array(stepCount - edgeCount + 1...stepCount)
  }
}
