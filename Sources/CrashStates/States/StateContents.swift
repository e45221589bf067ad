import Bytes

/// Crash states, looked at without building an image.
extension DiskHistory {
  /// The length of the disk in a state.
  package func byteCount(of state: CrashState) -> UInt64 {
    if !state.isPlain { return byteCountInOrderOfEffect(state) }
    guard let first = state.lost.first,
      state.lost.contains(where: { lengths.changes(atEntry: $0) })
    else { return byteCount(atCut: state.cut) }
    var byteCount = lengths.byteCount(atCut: first)
    for entryIndex in first..<state.cut where !state.loses(entryIndex) {
      byteCount = LengthHistory.byteCount(byteCount, after: blockHistory.events[entryIndex])
    }
    return byteCount
  }

  private func byteCountInOrderOfEffect(_ state: CrashState) -> UInt64 {
    let first = min(
      state.involvedEntryIndices.min() ?? state.cut, state.early.first?.beforeEntryIndex ?? .max)
    var byteCount = lengths.byteCount(atCut: min(first, state.cut))
    var early = state.early[...]
    func apply(_ entryIndex: Int) {
      if state.loses(entryIndex) { return }
      var event = blockHistory.events[entryIndex]
      if let torn = state.torn, torn.entryIndex == entryIndex, event.kind == .write {
        guard let last = torn.keptRanges(of: event.range).last else { return }
        event.range = last
      }
      byteCount = LengthHistory.byteCount(byteCount, after: event)
    }
    for entryIndex in first..<max(first, state.cut) {
      while let next = early.first, next.beforeEntryIndex == entryIndex {
        apply(next.entryIndex)
        early.removeFirst()
      }
      if !state.early.contains(where: { $0.entryIndex == entryIndex }) { apply(entryIndex) }
    }
    for next in early { apply(next.entryIndex) }
    return byteCount
  }

  /// The digest of a state.
  package func digest(of state: CrashState) -> Digest128 {
    sum(of: state).digest(diskByteCount: byteCount(of: state))
  }

  /// What the units of a state contribute: those of its cut, less what the lost entries contributed,
  /// plus what shows in their place.
  package func sum(of state: CrashState) -> StateSum {
    precondition(state.recovery == nil, "what recovery left is not in the log")
    if !isDigested { return wholeSum(of: state) }
    if let sum = sumOfSeparateLosses(state) { return sum }
    let state = reduced(state)
    if state.isPrefix { return sum(atCut: state.cut) }
    var sum = sum(atCut: state.cut)
    let plain = CrashState(cut: state.cut)
    forEachAffectedBlock(of: state) { place, units in
      let firstUnit = blockHistory.blocks.numbers[place] * UInt64(DiskBlock.unitCount)
      blockHistory.resolve(units, place: place, state: plain) { run, source in
        forEachContribution(run, source, firstUnit) { sum -= $0 }
      }
      blockHistory.resolve(units, place: place, state: state) { run, source in
        forEachContribution(run, source, firstUnit) { sum += $0 }
      }
    }
    return sum
  }

  /// The same from the contents of all units, whatever is known of other states. Those that a length hides count, too.
  func wholeSum(of state: CrashState) -> StateSum {
    var sum = StateSum()
    for (place, number) in blockHistory.blocks.numbers.enumerated() {
      blockHistory.resolve(.all, place: place, state: state) { run, source in
        forEachContribution(run, source, number * UInt64(DiskBlock.unitCount)) { sum += $0 }
      }
    }
    return sum
  }

  /// The block of the disk, the grain of a history, that a byte lies in.
  package static func block(ofByte byteOffset: UInt64) -> ByteRange {
    DiskBlock.range(byteOffset / DiskBlock.byteCount)
  }

  /// The first block from a place on that holds anything but zeroes in any state; `nil` where none follows.
  package func nextTouchedBlock(from byteOffset: UInt64) -> ByteRange? {
    let numbers = blockHistory.blocks.numbers
    let place = numbers.countBelow(byteOffset / DiskBlock.byteCount)
    return place < numbers.count ? DiskBlock.range(numbers[place]) : nil
  }

  /// What a unit holds in a state.
  package func contents(ofUnit unitIndex: UInt64, in state: CrashState) -> UnitContents {
    let blockNumber = unitIndex / UInt64(DiskBlock.unitCount)
    guard let place = blockHistory.blocks.place(ofBlock: blockNumber) else { return .zero }
    let unit = Int(unitIndex % UInt64(DiskBlock.unitCount))
    var found = UnitSource.zero
    blockHistory.resolve(UnitMask(unit..<unit + 1), place: place, state: state) { found = $1 }
    return hasher.contents(found)
  }

  /// XXH3-128 of the 512 bytes.
  package func unitHash(_ contents: UnitContents) -> Digest128 {
    switch contents {
    case .zero, .log, .base: hasher.hash(Self.source(contents))
    case .bytes(let bytes): Checksum.xxh3Wide(bytes)
    }
  }

  /// The 512 bytes.
  package func bytes(_ contents: UnitContents) -> [UInt8] {
    switch contents {
    case .zero, .log, .base: hasher.bytes(Self.source(contents))
    case .bytes(let bytes): bytes
    }
  }

  /// The same disk at the earliest cut that has it: entries after the last one that persisted never
  /// happened. So `flushed-only`, and every state that loses the end of its epoch, is a prefix.
  private func reduced(_ state: CrashState) -> CrashState {
    if state.lost.isEmpty || !state.isPlain { return state }
    var state = state
    while let last = state.lost.last {
      if state.cut - 1 == last {
        state.lost.removeLast()
      } else if blockHistory.events.kind(state.cut - 1) != .none {
        break
      }
      state.cut -= 1
    }
    return state
  }

  private func forEachContribution(
    _ run: Range<Int>, _ source: UnitSource, _ firstUnit: UInt64, _ body: (StateSum) -> Void
  ) {
    if source.origin == .zero { return }
    let unitIndex = firstUnit + UInt64(run.lowerBound)
    guard source.keptByteCount == StateSum.unitByteCount,
      let region = hasher.region(source.origin)
    else {
      body(StateSum.contribution(ofHash: hasher.hash(source), unitIndex: unitIndex))
      return
    }
    if source.origin == .log, let known = keptContributions(run, source) {
      for contribution in known { body(contribution) }
      return
    }
    let byteCount = run.count * StateSum.unitByteCount
    StateSum.forEachContribution(
      of: region, in: source.byteOffset..<source.byteOffset + byteCount, firstUnitIndex: unitIndex
    ) { _, contribution in body(contribution) }
  }

  private func keptContributions(
    _ run: Range<Int>, _ source: UnitSource
  ) -> ArraySlice<StateSum>? {
    let payloadByteOffset = blockHistory.events[source.entryIndex].payloadByteOffset
    return kept.contributions(
      ofEntry: source.entryIndex,
      fromUnit: (source.byteOffset - payloadByteOffset) / StateSum.unitByteCount,
      count: run.count)
  }

  private static func source(_ contents: UnitContents) -> UnitSource {
    switch contents {
    case .zero, .bytes: .zero
    case .log(let byteOffset):
      UnitSource(origin: .log, byteOffset: byteOffset, keptByteCount: StateSum.unitByteCount)
    case .base(let byteOffset):
      UnitSource(origin: .base, byteOffset: byteOffset, keptByteCount: StateSum.unitByteCount)
    }
  }
}
