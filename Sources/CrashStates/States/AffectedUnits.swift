import Bytes

/// Where a crash state differs from others: what has to be looked at again.
extension DiskHistory {
  /// The units whose contents may differ from the plain prefix at the state's cut, ascending.
  package func affectedUnits(of state: CrashState) -> [UInt64] {
    affectedRanges(of: state).flatMap { Array($0) }
  }

  /// The same as runs of units.
  package func affectedRanges(of state: CrashState) -> [Range<UInt64>] {
    var ranges: [Range<UInt64>] = []
    if state.isPrefix { return ranges }
    forEachAffectedBlock(of: state) { place, mask in
      let firstUnit = blockHistory.blocks.numbers[place] * UInt64(DiskBlock.unitCount)
      var mask = mask
      // A lost change of the length, or of a large range, mostly covers what is zero either way.
      mask.subtract(
        zeroUnits(mask, place, CrashState(cut: state.cut))
          .intersection(zeroUnits(mask, place, state)))
      mask.forEachRun { run in
        ranges.append(firstUnit + UInt64(run.lowerBound)..<firstUnit + UInt64(run.upperBound))
      }
    }
    return ranges
  }

  /// The units whose contents may differ between this cut and the one before it, ascending.
  package func unitsOfLastEntry(atCut cut: Int) -> [UInt64] {
    rangesOfLastEntry(atCut: cut).flatMap { Array($0) }
  }

  /// The same as runs of units.
  package func rangesOfLastEntry(atCut cut: Int) -> [Range<UInt64>] {
    if cut == 0 || blockHistory.events.kind(cut - 1) == .none { return [] }
    return affectedRanges(of: CrashState(cut: cut, lost: [cut - 1]))
  }

  /// The units whose contents may differ between two states, as runs in no order that may overlap.
  package func rangesChanged(
    from first: CrashState, to second: CrashState
  ) -> [Range<UInt64>] {
    var ranges = affectedRanges(of: first) + affectedRanges(of: second)
    let cuts = min(first.cut, second.cut)..<max(first.cut, second.cut)
    for cut in cuts { ranges += rangesOfLastEntry(atCut: cut + 1) }
    return ranges
  }

  /// Whether what shows in place of a lost write at one cut is what shows there at a later one, as far as it
  /// still shows: entries after a write cover it or leave it, only a change of the length cuts it.
  package func showsTheSame(withoutWrite entryIndex: Int, atCut cut: Int, later: Int) -> Bool {
    let events = blockHistory.events
    guard cut <= later, events.kind(entryIndex) == .write else { return false }
    return !(cut..<later).contains { events.kind($0) == .size }
  }

  /// Calls `body` with each block that the lost entries touched and the units there that may differ,
  /// ascending.
  func forEachAffectedBlock(
    of state: CrashState, _ body: (_ place: Int, _ units: UnitMask) -> Void
  ) {
    let reach = state.early.reduce(lengths.reachByteOffset(atCut: state.cut)) { reach, early in
      max(reach, lengths.reachByteOffset(atCut: early.entryIndex + 1))
    }
    let reached = ByteRange(byteOffset: 0, byteCount: Self.roundedUpToUnits(reach))
    var ranges: [Range<Int>] = []
    for entryIndex in state.involvedEntryIndices {
      let range = blockHistory.events[entryIndex].range
      if range.byteOffset >= reach { continue }
      ranges.append(
        blockHistory.blocks.places(
          ByteRange(
            byteOffset: range.byteOffset,
            byteCount: min(range.endByteOffset, reach) - range.byteOffset)))
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var next = 0
    for range in ranges {
      for place in max(next, range.lowerBound)..<max(next, range.upperBound) {
        let wanted = UnitMask(
          wholeUnitsOf: reached, inBlock: blockHistory.blocks.numbers[place])
        let units = blockHistory.affected(wanted, place: place, state: state)
        if !units.isEmpty { body(place, units) }
      }
      next = max(next, range.upperBound)
    }
  }

  private func zeroUnits(_ wanted: UnitMask, _ place: Int, _ state: CrashState) -> UnitMask {
    var zero = UnitMask.none
    blockHistory.resolve(wanted, place: place, state: state) { run, source in
      if source.origin == .zero { zero.formUnion(UnitMask(run)) }
    }
    return zero
  }

  private static func roundedUpToUnits(_ byteCount: UInt64) -> UInt64 {
    let excess = byteCount % UInt64(StateSum.unitByteCount)
    if excess == 0 { return byteCount }
    let (rounded, overflow) = byteCount.addingReportingOverflow(
      UInt64(StateSum.unitByteCount) - excess)
    return overflow ? .max : rounded
  }
}
