import Bytes
import Workload

/// What stands on the client's disk around the bytes that break a promise: unit after unit of 512 bytes, which of
/// them are wrong, and whose bytes each holds.
package struct ByteMap: Hashable, Sendable {
  /// Whose bytes a unit holds.
  package enum Contents: Hashable, Sendable {
    case zeroes
    /// What an operation left there.
    case version(ClientOperation)
    /// What an operation wrote elsewhere.
    ///
    /// - Parameter distance: from where they stand to where they were written; `nil` where they do not tell.
    case moved(operation: UInt64, distance: Int64?)
    /// Of more than one, of which this one can be told.
    case mixture(operation: UInt64)
    /// What the disk held before the first operation.
    case initial
    /// The format leaves it open: a reader may show anything.
    case undefined
    case other
  }

  /// Units in a row of which the same is to be said.
  package struct Piece: Hashable, Sendable {
    package fileprivate(set) var range: ByteRange
    package let isWrong: Bool
    package let contents: Contents
    /// The last operation whose version must not be lost; `nil` where nothing was promised of it.
    package let promised: ClientOperation?

    package init(
      _ range: ByteRange, isWrong: Bool, _ contents: Contents, promised: ClientOperation?
    ) {
      self.range = range
      self.isWrong = isWrong
      self.contents = contents
      self.promised = promised
    }
  }

  /// Ascending and without gaps.
  package private(set) var pieces: [Piece] = []

  package init(_ pieces: [Piece]) {
    for piece in pieces { append(piece) }
  }

  /// The bytes that are shown.
  package var range: ByteRange {
    guard let first = pieces.first, let last = pieces.last else {
      return ByteRange(byteOffset: 0, byteCount: 0)
    }
    return ByteRange(
      byteOffset: first.range.byteOffset,
      byteCount: last.range.endByteOffset - first.range.byteOffset)
  }

  package var wrongByteCount: UInt64 {
    pieces.reduce(0) { $0 + ($1.isWrong ? $1.range.byteCount : 0) }
  }

  private mutating func append(_ piece: Piece) {
    if let last = pieces.last, last.range.endByteOffset == piece.range.byteOffset,
      last.isWrong == piece.isWrong, last.contents == piece.contents,
      last.promised == piece.promised
    {
      pieces[pieces.count - 1].range.byteCount += piece.range.byteCount
    } else {
      pieces.append(piece)
    }
  }
}

extension ByteMap.Piece {
  /// What stands there, as a noun.
  package var foundText: String {
    switch contents {
    case .zeroes: return "zeroes"
    case .version(let operation): return "\(operation)"
    case .moved(let operation, let distance):
      guard let distance, let place = Int64(exactly: range.byteOffset) else {
        return "bytes of operation #\(operation)"
      }
      return "what operation #\(operation) wrote for byte \(place &+ distance)"
    case .mixture(let operation): return "a mixture with bytes of operation #\(operation)"
    case .initial: return "what the disk held before the first operation"
    case .undefined: return "nothing that is defined"
    case .other: return "other bytes"
    }
  }

  /// What must stand there, as a noun.
  package var promisedText: String {
    promised.map { "\($0) or a later version" }
      ?? "what was there before, or what an operation wrote there"
  }
}
