import CrashStates

/// Looks for the first cut that fails among those that lost nothing, by halves.
struct BisectCuts<Failure: Error> {
  let judge: BisectJudge<Failure>
  /// Those that are looked at.
  let cuts: ClosedRange<Int>
  private var lastCut: Int { cuts.upperBound }

  init(judge: BisectJudge<Failure>, cuts: ClosedRange<Int>) {
    self.judge = judge
    self.cuts = cuts
  }

  /// How many cuts beside the first that fails are looked at, to see whether it is the first.
  static var maximumSampleCount: Int { 8 }

  /// The cut nearest to the first of which something can be said, as far as 0, 1, 2, 4 … steps behind it reach.
  func firstJudged() throws(Failure) -> Int? {
    for distance in distances {
      let cut = cuts.lowerBound + distance
      if try judge.outcome(ofCut: cut) != .skipped { return cut }
    }
    return nil
  }

  /// The cut nearest to the end of which something can be said.
  func lastJudged() throws(Failure) -> Int? {
    for distance in distances where try judge.outcome(ofCut: lastCut - distance) != .skipped {
      return lastCut - distance
    }
    return nil
  }

  /// A good cut after one that fails.
  func good(behind cut: Int) throws(Failure) -> Int? {
    for distance in distances where cut + distance <= lastCut {
      if try judge.outcome(ofCut: cut + distance) == .good { return cut + distance }
    }
    return try judge.outcome(ofCut: lastCut) == .good ? lastCut : nil
  }

  /// Between a good cut and a later one that fails: the latest good and the first that fails, one
  /// apart, or as near as cuts that can be judged are.
  func boundary(good: Int, bad: Int) throws(Failure) -> (good: Int, bad: Int) {
    var (good, bad) = (good, bad)
    while let middle = try judged(between: good, and: bad) {
      if try judge.outcome(ofCut: middle) == .bad { bad = middle } else { good = middle }
    }
    return (good, bad)
  }

  /// Looks on both sides for a cut that is not as all cuts there should be; says how many it saw.
  func contradiction(
    good: Int, bad: Int, within cuts: ClosedRange<Int>
  ) throws(Failure) -> (cut: Int?, sampleCount: Int) {
    var sampleCount = 0
    var distance = 1
    while bad + distance <= cuts.upperBound || good - distance >= cuts.lowerBound {
      for (cut, expected) in [(bad + distance, BisectOutcome.bad), (good - distance, .good)]
      where cuts.contains(cut) && sampleCount < Self.maximumSampleCount {
        let isNew = !judge.isKnown(CrashState(cut: cut))
        let outcome = try judge.outcome(ofCut: cut)
        if outcome != expected && outcome != .skipped { return (cut, sampleCount) }
        if isNew { sampleCount += 1 }
      }
      if sampleCount == Self.maximumSampleCount { break }
      distance *= 4
    }
    return (nil, sampleCount)
  }

  /// 0, 1, 2, 4 … as far as there are cuts.
  private var distances: [Int] {
    var distances = [0]
    var distance = 1
    while distance <= lastCut - cuts.lowerBound {
      distances.append(distance)
      distance *= 2
    }
    return distances
  }

  /// The cut nearest to the middle of which something can be said; `nil` where none is left.
  private func judged(between low: Int, and high: Int) throws(Failure) -> Int? {
    let middle = low + (high - low) / 2
    for distance in 0..<max(1, high - low) {
      for cut in [middle - distance, middle + distance] where low < cut && cut < high {
        if try judge.outcome(ofCut: cut) != .skipped { return cut }
      }
    }
    return nil
  }
}
