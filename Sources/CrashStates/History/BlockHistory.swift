import Bytes
import WriteLog

/// What each entry left in each block, looked at backward from a cut.
///
/// A class, because every look takes hold of it, and of a struct's arrays one by one cost a tenth of a
/// whole fuzz run.
final class BlockHistory: Sendable {
  let events: DiskEvents
  let blocks: TouchedBlocks
  let lists: EntryLists
  let base: BaseContents

  init(_ events: DiskEvents, base: BaseContents) {
    self.events = events
    self.base = base
    blocks = TouchedBlocks(events, base: base)
    lists = EntryLists(events, blocks)
  }

  /// Finds the contents of units of one block.
  ///
  /// - Parameters:
  ///   - wanted: the units asked for.
  ///   - body: gets each run of neighbouring units whose contents stand one after the other, with
  ///     those of the first; in no order.
  func resolve(
    _ wanted: UnitMask, place: Int, state: CrashState,
    _ body: (_ units: Range<Int>, _ source: UnitSource) -> Void
  ) {
    var open = OpenUnits(wanted)
    var backward = BackwardEvents(self, place: place, state: state)
    while !open.isEmpty, let entryIndex = backward.next() {
      if state.loses(entryIndex) { continue }
      let event = events[entryIndex]
      open.noteCut(of: event, inBlock: blocks.numbers[place])
      let units = units(of: event, entryIndex, inBlock: blocks.numbers[place], state)
      open.close(with: event, units, entryIndex, inBlock: blocks.numbers[place], body)
    }
    open.closeAll(with: base, inBlock: blocks.numbers[place], body)
  }

  /// What an event holds whole of a block in a state.
  private func units(
    of event: DiskEvent, _ entryIndex: Int, inBlock blockNumber: UInt64, _ state: CrashState
  ) -> UnitMask {
    guard let torn = state.torn, torn.entryIndex == entryIndex else {
      return UnitMask(wholeUnitsOf: event.range, inBlock: blockNumber)
    }
    return UnitMask(wholeUnitsOf: torn.keptRanges(of: event.range), inBlock: blockNumber)
  }

  /// The units of a block that a state may hold differently from the plain prefix at its cut: those
  /// whose last writer was lost. Of a state that tears or reorders, all that those entries touch.
  ///
  /// - Parameter wanted: the units to look at.
  func affected(_ wanted: UnitMask, place: Int, state: CrashState) -> UnitMask {
    if !state.isPlain { return touched(wanted, place: place, state: state) }
    guard let firstLost = state.lost.first else { return .none }
    var open = wanted
    var affected = UnitMask.none
    var backward = BackwardEvents(self, place: place, state: state)
    while !open.isEmpty, let entryIndex = backward.next(), entryIndex >= firstLost {
      let event = events[entryIndex]
      var touched = UnitMask(wholeUnitsOf: event.range, inBlock: blocks.numbers[place])
      if state.loses(entryIndex) {
        if let cut = event.cutUnit(inBlock: blocks.numbers[place]) {
          touched.formUnion(UnitMask(cut.unit..<cut.unit + 1))
        }
        affected.formUnion(touched.intersection(open))
      }
      open.subtract(touched)
    }
    return affected
  }

  private func touched(_ wanted: UnitMask, place: Int, state: CrashState) -> UnitMask {
    let blockNumber = blocks.numbers[place]
    var touched = UnitMask.none
    for entryIndex in state.involvedEntryIndices {
      let event = events[entryIndex]
      touched.formUnion(UnitMask(wholeUnitsOf: event.range, inBlock: blockNumber))
      if let cut = event.cutUnit(inBlock: blockNumber) {
        touched.formUnion(UnitMask(cut.unit..<cut.unit + 1))
      }
    }
    return touched.intersection(wanted)
  }
}

extension CrashState {
  /// The entries that make this state another one than the plain prefix at its cut.
  var involvedEntryIndices: [Int] {
    lost + (torn.map { [$0.entryIndex] } ?? []) + early.map(\.entryIndex)
  }

  /// Whether an entry is among the lost ones.
  func loses(_ entryIndex: Int) -> Bool {
    guard let first = lost.first, entryIndex >= first else { return false }
    let place = lost.countBelow(entryIndex)
    return place < lost.count && lost[place] == entryIndex
  }
}

extension DiskEvent {
  /// The unit within which this event ends the disk, and how many of its bytes stay.
  func cutUnit(inBlock blockNumber: UInt64) -> (unit: Int, keptByteCount: Int)? {
    guard kind == .size else { return nil }
    let unit = UInt64(StateSum.unitByteCount)
    guard range.byteOffset % unit != 0, range.byteOffset / DiskBlock.byteCount == blockNumber
    else { return nil }
    return (
      Int(range.byteOffset % DiskBlock.byteCount / unit), Int(range.byteOffset % unit)
    )
  }
}

/// The entries that touch one block, the one that took effect last first.
private struct BackwardEvents {
  private let history: BlockHistory
  private let blockRange: ByteRange
  /// Those that are left of the block's own list.
  private var narrow: Range<Int>
  private var wideCount: Int
  private var nextWide: (place: Int, entryIndex: Int)?
  /// Those that left their place in the log and are still to come, the last effect last.
  private var early: [EarlyEntry] = []
  private let moved: [Int]

  init(_ history: BlockHistory, place: Int, state: CrashState) {
    self.history = history
    blockRange = DiskBlock.range(history.blocks.numbers[place])
    narrow = history.lists.range(ofPlace: place, beforeCut: state.cut)
    wideCount = history.lists.wide.count(beforeCut: state.cut)
    early = state.early
    moved = early.map(\.entryIndex)
    findNextWide()
  }

  mutating func next() -> Int? {
    if moved.isEmpty { return nextInLog() }
    while true {
      if let last = early.last, last.beforeEntryIndex > latestInLog ?? -1 {
        early.removeLast()
        if history.events[last.entryIndex].range.overlaps(blockRange) { return last.entryIndex }
      } else {
        guard let entryIndex = nextInLog() else { return nil }
        if !moved.contains(entryIndex) { return entryIndex }
      }
    }
  }

  private var latestInLog: Int? {
    let narrowEntry = narrow.isEmpty ? nil : history.lists.entry(narrow.upperBound - 1)
    guard let nextWide else { return narrowEntry }
    return max(nextWide.entryIndex, narrowEntry ?? -1)
  }

  private mutating func nextInLog() -> Int? {
    let narrowEntry = narrow.isEmpty ? nil : history.lists.entry(narrow.upperBound - 1)
    guard let nextWide, nextWide.entryIndex > narrowEntry ?? -1 else {
      if narrowEntry != nil { narrow = narrow.lowerBound..<narrow.upperBound - 1 }
      return narrowEntry
    }
    wideCount = nextWide.place
    findNextWide()
    return nextWide.entryIndex
  }

  private mutating func findNextWide() {
    nextWide =
      wideCount == 0
      ? nil
      : history.lists.wide.last(ofFirst: wideCount, touching: blockRange, history.events)
  }
}

/// The units of one block whose contents are still to be found.
private struct OpenUnits {
  private var mask: UnitMask
  /// Units that a later event cut, with what it kept of whatever is found below.
  private var cuts: [(unit: Int, keptByteCount: Int)] = []

  init(_ mask: UnitMask) {
    self.mask = mask
  }

  var isEmpty: Bool { mask.isEmpty }

  mutating func noteCut(of event: DiskEvent, inBlock blockNumber: UInt64) {
    guard let cut = event.cutUnit(inBlock: blockNumber), mask.contains(cut.unit) else { return }
    if let place = cuts.firstIndex(where: { $0.unit == cut.unit }) {
      cuts[place].keptByteCount = min(cuts[place].keptByteCount, cut.keptByteCount)
    } else {
      cuts.append(cut)
    }
  }

  /// Takes from an event what it holds.
  mutating func close(
    with event: DiskEvent, _ units: UnitMask, _ entryIndex: Int, inBlock blockNumber: UInt64,
    _ body: (Range<Int>, UnitSource) -> Void
  ) {
    let found = mask.intersection(units)
    if found.isEmpty { return }
    mask.subtract(found)
    let blockByteOffset = blockNumber * DiskBlock.byteCount
    found.forEachRun { run in
      if event.kind != .write {
        body(run, .zero)
        return
      }
      let byteOffset = blockByteOffset + UInt64(run.lowerBound * StateSum.unitByteCount)
      let source = UnitSource(
        origin: .log, entryIndex: entryIndex,
        byteOffset: event.payloadByteOffset + Int(byteOffset - event.range.byteOffset),
        keptByteCount: StateSum.unitByteCount)
      report(run, source, body)
    }
  }

  mutating func closeAll(
    with base: BaseContents, inBlock blockNumber: UInt64,
    _ body: (Range<Int>, UnitSource) -> Void
  ) {
    let firstUnit = blockNumber * UInt64(DiskBlock.unitCount)
    mask.forEachRun { run in
      // Whole units of the base are one run; the unit in which it ends is one of its own.
      var rest = run
      while let unit = rest.first {
        let source = base.source(ofUnit: firstUnit + UInt64(unit))
        let last = base.source(ofUnit: firstUnit + UInt64(rest.upperBound - 1))
        let isOneRun =
          source == .zero || last.keptByteCount == StateSum.unitByteCount
        let end = isOneRun ? rest.upperBound : base.endOfRun(rest, firstUnit: firstUnit)
        report(unit..<end, source, body)
        rest = end..<rest.upperBound
      }
    }
    mask = .none
  }

  private func report(
    _ run: Range<Int>, _ source: UnitSource, _ body: (Range<Int>, UnitSource) -> Void
  ) {
    var rest = run
    for cut in cuts.sorted(by: { $0.unit < $1.unit }) where rest.contains(cut.unit) {
      let here = source.advanced(byUnits: cut.unit - run.lowerBound)
      if rest.lowerBound < cut.unit {
        body(rest.lowerBound..<cut.unit, source.advanced(byUnits: rest.lowerBound - run.lowerBound))
      }
      body(cut.unit..<cut.unit + 1, here.cut(toByteCount: cut.keptByteCount))
      rest = cut.unit + 1..<run.upperBound
    }
    if !rest.isEmpty { body(rest, source.advanced(byUnits: rest.lowerBound - run.lowerBound)) }
  }
}

extension BaseContents {
  /// Where the units end that are like the first of a run: whole ones, or the one that is cut.
  fileprivate func endOfRun(_ run: Range<Int>, firstUnit: UInt64) -> Int {
    let wholeUnits = UInt64(byteCount / StateSum.unitByteCount)
    let first = firstUnit + UInt64(run.lowerBound)
    if first >= wholeUnits { return run.lowerBound + 1 }
    return Int(wholeUnits - firstUnit)
  }
}
