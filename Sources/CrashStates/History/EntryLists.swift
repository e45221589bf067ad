import Bytes

/// Which entries touch which block, so that a unit's contents at any cut are found without walking
/// through the log.
///
/// Four bytes for each block of each entry. Events that span many blocks (a change of the length
/// spans all after it) are in one list of their own instead, because their range is only a claim.
struct EntryLists: Sendable {
  /// Entries of the block at place p: `entries[starts[p]..<starts[p + 1]]`, ascending.
  private var starts: [Int]
  private var entries: [UInt32]
  let wide: WideEvents

  private static let narrowBlockCount = 64

  init(_ events: DiskEvents, _ blocks: TouchedBlocks) {
    var wideEntries: [Int] = []
    var counts = [Int](repeating: 0, count: blocks.count + 1)
    Self.forEachEvent(events, blocks) { entryIndex, places, isWide in
      if isWide {
        wideEntries.append(entryIndex)
      } else {
        for place in places { counts[place + 1] += 1 }
      }
    }
    for place in 0..<blocks.count { counts[place + 1] += counts[place] }
    var next = counts
    var entries = [UInt32](repeating: 0, count: counts[blocks.count])
    Self.forEachEvent(events, blocks) { entryIndex, places, isWide in
      if isWide { return }
      for place in places {
        entries[next[place]] = UInt32(entryIndex)
        next[place] += 1
      }
    }
    starts = counts
    self.entries = entries
    wide = WideEvents(wideEntries, events)
  }

  /// Where the entries before a cut are listed that touch one block and are not in ``wide``, ascending.
  func range(ofPlace place: Int, beforeCut cut: Int) -> Range<Int> {
    let listed = starts[place]..<starts[place + 1]
    return listed.lowerBound..<listed.partitioningIndex { Int(entries[$0]) >= cut }
  }

  /// One entry of such a list.
  func entry(_ index: Int) -> Int { Int(entries[index]) }

  private static func forEachEvent(
    _ events: DiskEvents, _ blocks: TouchedBlocks,
    _ body: (_ entryIndex: Int, _ places: Range<Int>, _ isWide: Bool) -> Void
  ) {
    for entryIndex in 0..<events.count {
      let event = events[entryIndex]
      if event.kind == .none { continue }
      let places = blocks.places(event.range)
      let isWide =
        event.kind == .size || event.kind == .discard && places.count > narrowBlockCount
      body(entryIndex, places, isWide)
    }
  }
}

/// The events that span many blocks, with what is needed to pass over those that do not concern a
/// block in groups.
struct WideEvents: Sendable {
  /// Ascending.
  private var entryIndices: [Int]
  /// For each group, the range from the lowest start to the highest end.
  private var groupStarts: [UInt64] = []
  private var groupEnds: [UInt64] = []

  private static let groupCount = 64

  init(_ entryIndices: [Int], _ events: DiskEvents) {
    self.entryIndices = entryIndices
    for (place, entryIndex) in entryIndices.enumerated() {
      let range = events[entryIndex].range
      // A change of the length to within a block concerns that block too, even at its last byte.
      if place % Self.groupCount == 0 {
        groupStarts.append(range.byteOffset)
        groupEnds.append(range.endByteOffset)
      } else {
        let group = groupStarts.count - 1
        groupStarts[group] = min(groupStarts[group], range.byteOffset)
        groupEnds[group] = max(groupEnds[group], range.endByteOffset)
      }
    }
  }

  /// How many of them are before a cut.
  func count(beforeCut cut: Int) -> Int { entryIndices.countBelow(cut) }

  /// The last of the first `count` that touches `range`, as its place in the list and its entry.
  func last(
    ofFirst count: Int, touching range: ByteRange, _ events: DiskEvents
  ) -> (place: Int, entryIndex: Int)? {
    var place = count - 1
    while place >= 0 {
      let group = place / Self.groupCount
      if groupStarts[group] >= range.endByteOffset || groupEnds[group] <= range.byteOffset {
        place = group * Self.groupCount - 1
        continue
      }
      let entryIndex = entryIndices[place]
      if events[entryIndex].range.overlaps(range) { return (place, entryIndex) }
      place -= 1
    }
    return nil
  }
}
