import Bytes

/// What each unit contributes to the sum at the cut that a pass has reached.
///
/// 2 KiB for each block of 64 KiB that was touched so far; it lives as long as the pass.
struct ContributionPages {
  private let blocks: TouchedBlocks
  private let base: BaseContents
  /// For each block, where its contributions start; -1 for one that is still as the base has it.
  private var starts: [Int]
  private var contributions: [StateSum] = []
  /// A bit for each block that may hold anything but zeroes.
  private var live: [UInt64]
  private(set) var sum = StateSum()

  init(_ blocks: TouchedBlocks, base: BaseContents) {
    self.blocks = blocks
    self.base = base
    starts = [Int](repeating: -1, count: blocks.count)
    live = [UInt64](repeating: 0, count: (blocks.count + 63) / 64)
    base.forEachBlock { number in
      guard let place = blocks.place(ofBlock: number) else { return }
      markLive(place)
      for contribution in baseContributions(ofBlock: number) { sum += contribution }
    }
  }

  /// Puts a write's units in place.
  ///
  /// - Parameter body: gets the contributions of all of them, block by block.
  mutating func write(
    _ event: DiskEvent, of region: ByteRegion, _ body: (ArraySlice<StateSum>) -> Void
  ) {
    let unit = UInt64(StateSum.unitByteCount)
    for place in blocks.places(event.range) {
      let start = load(place)
      markLive(place)
      let block = DiskBlock.range(blocks.numbers[place])
      let first = max(block.byteOffset, event.range.byteOffset)
      let end = min(block.endByteOffset, event.range.endByteOffset)
      let payload = event.payloadByteOffset + Int(first - event.range.byteOffset)
      let slot = start + Int((first - block.byteOffset) / unit)
      let slots = slot..<slot + Int((end - first) / unit)
      sum -= contributions.sum(of: slots)
      // A raw buffer, because a checked access to the array for each unit took as long as hashing it.
      unsafe contributions.withUnsafeMutableBufferPointer { contributions in
        unsafe StateSum.putContributions(
          of: region, in: payload..<payload + Int(end - first), firstUnitIndex: first / unit,
          into: contributions.extracting(slots))
      }
      sum += contributions.sum(of: slots)
      body(contributions[slots])
    }
  }

  /// Makes the whole units of a range zero.
  mutating func zero(_ range: ByteRange) {
    let places = blocks.places(range)
    var place = places.lowerBound
    while let next = nextLive(from: place), next < places.upperBound {
      zero(UnitMask(wholeUnitsOf: range, inBlock: blocks.numbers[next]), place: next)
      place = next + 1
    }
  }

  /// Sets one unit.
  mutating func set(_ unit: Int, place: Int, to contribution: StateSum) {
    let slot = load(place) + unit
    sum -= contributions[slot]
    sum += contribution
    contributions[slot] = contribution
  }

  private mutating func zero(_ units: UnitMask, place: Int) {
    let start = load(place)
    units.forEachRun { run in
      for unit in run {
        sum -= contributions[start + unit]
        contributions[start + unit] = StateSum()
      }
    }
    if units == .all { live[place / 64] &= ~(1 << UInt64(place % 64)) }
  }

  /// Makes sure that a block's contributions are there, and says where they start.
  private mutating func load(_ place: Int) -> Int {
    if starts[place] >= 0 { return starts[place] }
    let start = contributions.count
    starts[place] = start
    contributions.append(contentsOf: baseContributions(ofBlock: blocks.numbers[place]))
    return start
  }

  private func baseContributions(ofBlock number: UInt64) -> [StateSum] {
    let firstUnit = number * UInt64(DiskBlock.unitCount)
    guard base.byteCount > 0, firstUnit < UInt64(base.byteCount) else {
      return [StateSum](repeating: StateSum(), count: DiskBlock.unitCount)
    }
    return (0..<UInt64(DiskBlock.unitCount)).map { unit in
      let hash = UnitHasher(log: nil, base: base.region).hash(
        base.source(ofUnit: firstUnit + unit))
      return StateSum.contribution(ofHash: hash, unitIndex: firstUnit + unit)
    }
  }

  private mutating func markLive(_ place: Int) {
    live[place / 64] |= 1 << UInt64(place % 64)
  }

  private func nextLive(from place: Int) -> Int? {
    var word = place / 64
    if word >= live.count { return nil }
    var bits = live[word] & (.max << UInt64(place % 64))
    while bits == 0 {
      word += 1
      if word == live.count { return nil }
      bits = live[word]
    }
    return word * 64 + bits.trailingZeroBitCount
  }
}

extension [StateSum] {
  fileprivate func sum(of slots: Range<Int>) -> StateSum {
    var sum = StateSum()
    for contribution in self[slots] { sum += contribution }
    return sum
  }
}
