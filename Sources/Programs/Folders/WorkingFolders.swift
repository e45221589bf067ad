import CrashStates
import Host
import Synchronization

/// Working folders for those who look at states side by side: each is lent to one of them at a time, and keeps the state
/// that it was lent for until the next one.
package final class WorkingFolders: Sendable {
  /// How often one is held against the state, written anew.
  private static let comparisonInterval = 256

  private let recording: Recording
  private let place: String
  private let untouchedPath: @Sendable (_ node: Int) -> String
  private let pool = Mutex<Pool>(Pool())

  private struct Pool {
    var free: [WorkingFolder] = []
    var madeCount = 0
    var lentCount = 0
  }

  /// - Parameters:
  ///   - place: a folder for them.
  ///   - untouchedPath: as ``StateFolder`` takes it.
  package init(
    _ recording: Recording, in place: String,
    untouchedPath: @escaping @Sendable (_ node: Int) -> String
  ) {
    self.recording = recording
    self.place = place
    self.untouchedPath = untouchedPath
  }

  /// Lends a folder with a state in it.
  ///
  /// - Throws: ``HostError``, ``UnknownContents``, ``WrongFolder`` where it is not what it has to be, and what `body`
  ///   throws; the folder is given up then.
  package func lend<Outcome>(
    _ state: CrashState, _ body: (_ path: String) throws -> Outcome
  ) throws -> Outcome {
    let (free, number, isCompared) = pool.withLock { pool in
      let free = pool.free.popLast()
      if free == nil { pool.madeCount += 1 }
      pool.lentCount += 1
      return (free, pool.madeCount, pool.lentCount % Self.comparisonInterval == 1)
    }
    let folder =
      try free
      ?? WorkingFolder(recording, at: "\(place)/folder-\(number)", untouchedPath: untouchedPath)
    try folder.become(state)
    if isCompared,
      let difference = try folder.difference(
        from: state, writtenTo: "\(place)/compared-\(number)")
    {
      throw WrongFolder(difference: difference)
    }
    let outcome = try body(folder.path)
    pool.withLock { $0.free.append(folder) }
    return outcome
  }
}

/// A mistake of ours, or somebody else in the folder: a state that was about to be judged is not that state.
package struct WrongFolder: Error, CustomStringConvertible {
  package var difference: String

  package var description: String {
    """
    a folder is not the crash state that it has to be: \(difference). Something wrote to it that is not seen: a judge \
    that keeps files mapped or open, or another program
    """
  }
}
