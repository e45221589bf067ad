import Bytes
import CrashStates
import Host
import Synchronization

/// Working images for those who look at states side by side: each is lent to one of them at a time, and keeps the state
/// that it was lent for until the next one.
package final class WorkingImages: Sendable {
  /// How often one that was changed is held against the state. The first time it is, always.
  private static let comparisonInterval = 256

  private let history: DiskHistory
  private let place: String
  private let imageName: String
  private let pool = Mutex<Pool>(Pool())

  private struct Pool {
    var free: [WorkingImage] = []
    var madeCount = 0
    var changedCount = 0
  }

  /// So that two of these never get the same folder.
  private static let count = Atomic<Int>(0)

  /// - Parameter place: a folder for them.
  package init(_ history: DiskHistory, in place: String, imageName: String) {
    self.history = history
    self.place =
      "\(place)/images-\(Self.count.add(1, ordering: .relaxed).newValue)"
    self.imageName = imageName
  }

  deinit { Folders.remove(place) }

  /// Lends an image that is that of a state.
  ///
  /// - Throws: ``HostError``, ``WrongImage`` where it is not what it has to be, and what `body` throws; the image is given
  ///   up then.
  package func lend<Outcome>(
    _ state: CrashState, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    let (free, number) = pool.withLock { pool in
      let free = pool.free.popLast()
      if free == nil { pool.madeCount += 1 }
      return (free, pool.madeCount)
    }
    if free == nil { try Folders.create(place) }
    let image = free ?? WorkingImage(history, in: "\(place)/\(number)", name: imageName)
    if try image.become(state), isToBeCompared, let difference = try image.difference(from: state) {
      throw WrongImage(difference: difference)
    }
    let outcome = try body(image.imagePath)
    pool.withLock { $0.free.append(image) }
    return outcome
  }

  private var isToBeCompared: Bool {
    pool.withLock { pool in
      defer { pool.changedCount += 1 }
      return pool.changedCount % Self.comparisonInterval == 0
    }
  }
}

/// A mistake of ours, or somebody else at the image: a state that was about to be judged is not that state.
package struct WrongImage: Error, CustomStringConvertible {
  package var difference: String

  package var description: String {
    """
    an image is not the crash state that it has to be: \(difference). Something wrote to it that is not seen: a command \
    that left a program behind, or another program
    """
  }
}

/// Images of crash states, each a file of its own.
package enum StateImages {
  /// Writes one that is soon removed.
  ///
  /// - Throws: ``HostError`` where it cannot be written.
  package static func write(
    _ state: CrashState, of history: DiskHistory, to path: String
  ) throws(HostError) {
    let replay = Replay(history, state: state)
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try image.finishForShortUse()
  }
}
