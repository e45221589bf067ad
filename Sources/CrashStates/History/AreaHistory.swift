import Bytes

/// Tells the states of a disk apart by a part of it only: two states with the same ``Key`` hold the same
/// bytes there. So what is worked out from that part (a log and what it replays, a table) is worked out
/// once for all of them.
package struct AreaHistory: Sendable {
  /// The entries whose traces show in the area.
  package struct Key: Hashable, Sendable {
    /// The last entry that touched the area; -1 where none did.
    var lastEntryIndex: Int
    /// Those before it that were lost, ascending.
    var lost: [Int]
    var torn: Tear?
    var early: [EarlyEntry]
  }

  private let touches: [Bool]
  /// For each cut, the last entry before it that touches the area.
  private let lastTouching: [Int]

  /// - Parameter ranges: the area. An entry that touches any byte of it counts.
  package init(_ history: DiskHistory, ranges: [ByteRange]) {
    let events = history.blockHistory.events
    var touches: [Bool] = []
    var lastTouching = [-1]
    touches.reserveCapacity(events.count)
    lastTouching.reserveCapacity(events.count + 1)
    for entryIndex in 0..<events.count {
      let event = events[entryIndex]
      let isTouching = event.kind != .none && ranges.contains { $0.overlaps(event.range) }
      touches.append(isTouching)
      lastTouching.append(isTouching ? entryIndex : lastTouching[entryIndex])
    }
    self.touches = touches
    self.lastTouching = lastTouching
  }

  package func key(of state: CrashState) -> Key {
    var lost = state.lost.filter { touches[$0] }
    var last = lastTouching[state.cut]
    while last >= 0, lost.last == last {
      lost.removeLast()
      last = lastTouching[last]
    }
    return Key(
      lastEntryIndex: last, lost: lost,
      torn: state.torn.flatMap { touches[$0.entryIndex] ? $0 : nil },
      // Of a lost one it shows nowhere when it would have taken effect.
      early: state.early.filter { touches[$0.entryIndex] && !state.loses($0.entryIndex) })
  }
}
