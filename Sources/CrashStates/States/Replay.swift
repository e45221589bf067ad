import Bytes

/// Writes out the image of a crash state.
///
/// Block by block from the start of the disk to its end, each block's entries backward: every byte is
/// written at most once, by the entry that wins, and no memory is needed for what is covered. Units of
/// zeroes are left out, so a sparse file stays sparse.
package struct Replay {
  /// A part of the image: the bytes of `region[range]`, to stand at `imageByteOffset`.
  package struct Piece: Equatable {
    package var region: ByteRegion
    /// Bytes of the region, at least one.
    package var range: Range<Int>
    package var imageByteOffset: UInt64

    package static func == (one: Piece, other: Piece) -> Bool {
      one.region === other.region && one.range == other.range
        && one.imageByteOffset == other.imageByteOffset
    }
  }

  private let history: DiskHistory
  private let state: CrashState

  /// - Parameter state: one of the history's (``DiskHistory/check(_:)``).
  package init(_ history: DiskHistory, state: CrashState) {
    self.history = history
    self.state = state
  }

  /// How long the image is; what no piece covers is zero.
  package var imageByteCount: UInt64 { history.byteCount(of: state) }

  /// Gives each piece of the image to `sink`, ascending and without overlaps.
  ///
  /// - Throws: what `sink` throws, at once.
  package func write<Failure: Error>(
    to sink: (Piece) throws(Failure) -> Void
  ) throws(Failure) {
    var pending: Piece?
    let imageByteCount = imageByteCount
    for place in 0..<history.blockHistory.blocks.count {
      for piece in pieces(ofPlace: place, imageByteCount: imageByteCount) {
        if let joined = pending?.joined(with: piece) {
          pending = joined
        } else {
          if let pending { try sink(pending) }
          pending = piece
        }
      }
    }
    if let pending { try sink(pending) }
  }

  /// The pieces of one block, ascending.
  func pieces(ofPlace place: Int) -> [Piece] {
    pieces(ofPlace: place, imageByteCount: imageByteCount)
  }

  private func pieces(ofPlace place: Int, imageByteCount: UInt64) -> [Piece] {
    let blockByteOffset = DiskBlock.range(history.blockHistory.blocks.numbers[place]).byteOffset
    var pieces: [Piece] = []
    history.blockHistory.resolve(.all, place: place, state: state) { run, source in
      guard let region = history.hasher.region(source.origin) else { return }
      for unit in run {
        let source = source.advanced(byUnits: unit - run.lowerBound)
        let imageByteOffset = blockByteOffset + UInt64(unit * StateSum.unitByteCount)
        // The last sector of a write can reach beyond the end of a file.
        let rest = Int(clamping: imageByteCount - min(imageByteOffset, imageByteCount))
        let range = source.byteOffset..<source.byteOffset + min(source.keptByteCount, rest)
        if range.isEmpty || region.isZero(in: range) { continue }
        let piece = Piece(region: region, range: range, imageByteOffset: imageByteOffset)
        if let joined = pieces.last?.joined(with: piece) {
          pieces[pieces.count - 1] = joined
        } else {
          pieces.append(piece)
        }
      }
    }
    return pieces.sorted { $0.imageByteOffset < $1.imageByteOffset }
  }
}

extension Replay.Piece {
  /// Both as one, where the second goes on in the image and in the region where the first ends.
  fileprivate func joined(with next: Self) -> Self? {
    guard region === next.region, range.upperBound == next.range.lowerBound,
      imageByteOffset + UInt64(range.count) == next.imageByteOffset
    else { return nil }
    var joined = self
    joined.range = range.lowerBound..<next.range.upperBound
    return joined
  }
}
