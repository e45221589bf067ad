import Bytes

/// Reading ranges of a crash state, without building an image.
extension DiskHistory {
  /// The bytes of a range; beyond the end of the disk there are zeroes.
  package func read(_ range: ByteRange, in state: CrashState) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(range.byteCount))
    let unitByteCount = UInt64(StateSum.unitByteCount)
    forEachPart(of: range.units, in: state) { units, source in
      guard let region = hasher.region(source.origin) else { return }
      let first = units.lowerBound * unitByteCount
      let kept = UInt64(units.count - 1) * unitByteCount + UInt64(source.keptByteCount)
      let start = max(first, range.byteOffset)
      let end = min(first + kept, range.endByteOffset)
      guard start < end else { return }
      let sourceStart = source.byteOffset + Int(start - first)
      region.copyBytes(
        in: sourceStart..<sourceStart + Int(end - start), to: &bytes,
        at: Int(start - range.byteOffset))
    }
    return bytes
  }

  /// How many bytes from `byteOffset` on are zero in every state, without reading any: neither the base
  /// nor a write is there.
  package func knownZeroByteCount(at byteOffset: UInt64) -> UInt64 {
    let numbers = blockHistory.blocks.numbers
    let place = numbers.countBelow(byteOffset / DiskBlock.byteCount)
    guard place < numbers.count else { return .max - byteOffset }
    let start = DiskBlock.range(numbers[place]).byteOffset
    return start > byteOffset ? start - byteOffset : 0
  }

  /// Copies a range to the same place of `target`, where it is zero and long enough before; what is
  /// zero costs nothing.
  package func copy(_ range: ByteRange, of state: CrashState, to target: inout SparseBytes) {
    let unitByteCount = UInt64(StateSum.unitByteCount)
    forEachPart(of: range.units, in: state) { units, source in
      guard let region = hasher.region(source.origin) else { return }
      let keptByteCount = (units.count - 1) * Int(unitByteCount) + source.keptByteCount
      target.write(
        region, in: source.byteOffset..<source.byteOffset + keptByteCount,
        at: units.lowerBound * unitByteCount)
    }
  }

  /// Calls `body` with the hash of each unit of `units` that is not known to be zero, in no order.
  package func forEachUnitHash(
    of units: Range<UInt64>, in state: CrashState,
    _ body: (_ unitIndex: UInt64, _ hash: Digest128) -> Void
  ) {
    forEachPart(of: units, in: state) { run, source in
      if source.origin == .zero { return }
      for (place, unit) in run.enumerated() {
        body(unit, hasher.hash(source.advanced(byUnits: place)))
      }
    }
  }

  /// Calls `body` with the hash of each unit of `units`, zeroes too, in no order.
  package func forEachHash(
    of units: Range<UInt64>, in state: CrashState,
    _ body: (_ unitIndex: UInt64, _ hash: Digest128) -> Void
  ) {
    var found: UInt64 = 0
    forEachPart(of: units, in: state) { run, source in
      found += UInt64(run.count)
      for (place, unit) in run.enumerated() {
        body(unit, hasher.hash(source.advanced(byUnits: place)))
      }
    }
    if found == UInt64(units.count) { return }
    let places = blockHistory.blocks
    for unit in units where places.place(ofBlock: unit / UInt64(DiskBlock.unitCount)) == nil {
      body(unit, StateSum.zeroUnitHash)
    }
  }

  /// Calls `body` with runs of neighbouring units whose contents stand one after the other, and with
  /// those of the first; what is in no run is zero.
  private func forEachPart(
    of units: Range<UInt64>, in state: CrashState,
    _ body: (_ units: Range<UInt64>, _ source: UnitSource) -> Void
  ) {
    let unitCount = UInt64(DiskBlock.unitCount)
    let blocks = blockHistory.blocks
    var place = blocks.numbers.countBelow(units.lowerBound / unitCount)
    while place < blocks.count {
      let firstUnit = blocks.numbers[place] * unitCount
      if firstUnit >= units.upperBound { return }
      let wanted = units.clamped(to: firstUnit..<firstUnit + unitCount)
      let mask = UnitMask(Int(wanted.lowerBound - firstUnit)..<Int(wanted.upperBound - firstUnit))
      blockHistory.resolve(mask, place: place, state: state) { run, source in
        body(firstUnit + UInt64(run.lowerBound)..<firstUnit + UInt64(run.upperBound), source)
      }
      place += 1
    }
  }
}
