import Bytes
import CrashStates
import Host

/// Where a file is not the image of a crash state that it should be, found out byte by byte.
struct ImageDifferences {
  /// What is wrong is told in pieces of this many bytes, the page of most systems.
  private static let pageByteCount = 4096

  private let image: ByteRegion
  private let replay: Replay

  /// - Parameter image: the file, as long as the state's image.
  init(_ image: ByteRegion, from replay: Replay) {
    precondition(UInt64(image.byteCount) == replay.imageByteCount, "a file of the state's length")
    self.image = image
    self.replay = replay
  }

  /// Gives what has to be written to `write`, and each range that has to become zero to `zero`; ascending.
  ///
  /// - Throws: what either throws, at once.
  func forEach<Failure: Error>(
    write: (Replay.Piece) throws(Failure) -> Void,
    zero: (ByteRange) throws(Failure) -> Void
  ) throws(Failure) {
    var end = 0
    try replay.write { (piece) throws(Failure) in
      let start = Int(piece.imageByteOffset)
      try forEachNonzeroPage(in: end..<start, zero)
      try forEachOtherPage(of: piece, write)
      end = start + piece.range.count
    }
    try forEachNonzeroPage(in: end..<image.byteCount, zero)
  }

  private func forEachOtherPage<Failure: Error>(
    of piece: Replay.Piece, _ body: (Replay.Piece) throws(Failure) -> Void
  ) throws(Failure) {
    let start = Int(piece.imageByteOffset)
    for page in Self.pages(start..<start + piece.range.count) {
      var part = piece
      part.imageByteOffset = UInt64(page.lowerBound)
      let first = piece.range.lowerBound + page.lowerBound - start
      part.range = first..<first + page.count
      if !image.hasTheBytes(of: part.region, from: first, in: page) { try body(part) }
    }
  }

  /// Holes are passed over without being read.
  private func forEachNonzeroPage<Failure: Error>(
    in range: Range<Int>, _ body: (ByteRange) throws(Failure) -> Void
  ) throws(Failure) {
    var start = range.lowerBound
    while start < range.upperBound {
      let extent = image.extent(at: start)
      let end = min(extent?.endByteOffset ?? range.upperBound, range.upperBound)
      if extent?.isHole != true {
        for page in Self.pages(start..<end) where !image.isZero(in: page) {
          try body(ByteRange(byteOffset: UInt64(page.lowerBound), byteCount: UInt64(page.count)))
        }
      }
      start = end
    }
  }

  /// The parts of a range that lie in one page each.
  private static func pages(_ range: Range<Int>) -> some Sequence<Range<Int>> {
    sequence(state: range.lowerBound) { start -> Range<Int>? in
      if start >= range.upperBound { return nil }
      let end = min((start / pageByteCount + 1) * pageByteCount, range.upperBound)
      defer { start = end }
      return start..<end
    }
  }
}
