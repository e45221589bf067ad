import Bytes

/// What has to be written to make the image of one crash state that of another: for a file that is one state after
/// the other, so that what stays is never copied.
package struct ReplayDifference {
  private let history: DiskHistory
  private let old: CrashState
  private let new: CrashState

  /// - Parameters:
  ///   - old: the state that an image is of.
  ///   - new: the one that it becomes.
  package init(_ history: DiskHistory, from old: CrashState, to new: CrashState) {
    self.history = history
    self.old = old
    self.new = new
  }

  /// How long the image becomes, which has to be so before anything is written.
  package var imageByteCount: UInt64 { history.byteCount(of: new) }

  /// Whether the image becomes longer or shorter.
  package var changesLength: Bool { history.byteCount(of: old) != imageByteCount }

  /// Gives each piece that may differ to `write`, and each range in front of the end that has become zero to `zero`; in no
  /// order, and without overlaps.
  ///
  /// - Throws: what either throws, at once.
  package func apply<Failure: Error>(
    write: (Replay.Piece) throws(Failure) -> Void,
    zero: (ByteRange) throws(Failure) -> Void
  ) throws(Failure) {
    let replays = (old: Replay(history, state: old), new: Replay(history, state: new))
    let imageByteCount = imageByteCount
    for place in places {
      let before = replays.old.pieces(ofPlace: place)
      let after = replays.new.pieces(ofPlace: place)
      if before == after { continue }
      for piece in after where !before.contains(piece) { try write(piece) }
      let block = DiskBlock.range(history.blockHistory.blocks.numbers[place])
      // A block can lie behind the end of the image.
      let end = max(block.byteOffset, min(block.endByteOffset, imageByteCount))
      var gaps = Gaps(in: block.byteOffset..<end, of: after)
      while let gap = gaps.next() {
        // What was zero before is so still.
        if before.contains(where: { $0.imageRange.overlaps(gap) }) { try zero(gap) }
      }
    }
  }

  /// The blocks that may differ: those that any entry touches which only one of the states has, and those between the two
  /// lengths, where one of them shows nothing of what it may hold.
  private var places: [Int] {
    let blocks = history.blockHistory.blocks
    let events = history.blockHistory.events
    var places: Set<Int> = []
    for entryIndex in differingEntries { places.formUnion(blocks.places(events[entryIndex].range)) }
    let lengths = [old, new].map { history.byteCount(of: $0) }.sorted()
    places.formUnion(
      blocks.places(ByteRange(byteOffset: lengths[0], byteCount: lengths[1] - lengths[0])))
    return places.sorted()
  }

  /// Entries that only one of the states has, or has whole.
  private var differingEntries: Set<Int> {
    var differing = Set(old.lost).symmetricDifference(new.lost)
    differing.formUnion(min(old.cut, new.cut)..<max(old.cut, new.cut))
    for state in [old, new] {
      if let torn = state.torn { differing.insert(torn.entryIndex) }
      for early in state.early { differing.insert(early.entryIndex) }
    }
    return differing
  }
}

/// What pieces leave out of a range.
private struct Gaps {
  private var start: UInt64
  private let end: UInt64
  private var pieces: ArraySlice<Replay.Piece>

  /// - Parameter pieces: ascending.
  init(in range: Range<UInt64>, of pieces: [Replay.Piece]) {
    (start, end) = (range.lowerBound, range.upperBound)
    self.pieces = pieces[...]
  }

  mutating func next() -> ByteRange? {
    while start < end {
      let from = start
      let to = pieces.first?.imageByteOffset ?? end
      start = pieces.popFirst()?.imageRange.endByteOffset ?? end
      if from < to { return ByteRange(byteOffset: from, byteCount: to - from) }
    }
    return nil
  }
}

extension Replay.Piece {
  fileprivate var imageRange: ByteRange {
    ByteRange(byteOffset: imageByteOffset, byteCount: UInt64(range.count))
  }
}
