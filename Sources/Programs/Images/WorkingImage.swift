import Bytes
import CrashStates
import Host

/// A file that is the image of one crash state after the other: only what differs from the one before is written, and what
/// somebody has done to it meanwhile is found and undone. For commands that look at thousands of states of a large disk.
///
/// Whoever looks at a state must have closed and unmapped it before the next one is asked for.
package final class WorkingImage: @unchecked Sendable {
  // Of one thread at a time: ``WorkingImages`` lends it.
  private let history: DiskHistory
  /// The image's own, so that what is left beside it is seen.
  private let folder: FilePath
  private let name: FilePath
  private let path: FilePath
  private var shown: Shown?

  /// An image that stands there, and what is known of it.
  private struct Shown {
    var state: CrashState
    let file: ChangedFile
    let watch: FolderWatch
  }

  /// - Parameters:
  ///   - folder: a path that nothing has yet.
  ///   - name: what the image is called in there.
  package init(_ history: DiskHistory, in folder: String, name: String) {
    self.history = history
    self.folder = FilePath(folder)
    self.name = FilePath(name)
    path = self.folder.appending(self.name)
  }

  deinit { Folders.remove(folder) }

  package var imagePath: String { "\(path)" }

  /// Makes the image that of a state.
  ///
  /// - Returns: whether it was changed to that; `false` where it was written anew.
  /// - Throws: ``HostError``. It is of no use then.
  package func become(_ state: CrashState) throws -> Bool {
    guard var shown = self.shown, shown.file.standsAlone(at: path) else {
      try writeAnew(state)
      return false
    }
    switch try shown.watch.changes() {
    case .unknown:
      try writeAnew(state)
      return false
    case .of(let paths):
      for other in paths where other != path { Folders.remove(other) }
      if paths.contains(path) {
        try restore(shown.file, to: state)
      } else {
        try change(shown.file, from: shown.state, to: state)
      }
    }
    shown.state = state
    self.shown = shown
    try shown.watch.forget()
    return true
  }

  /// Compares the image with a state, byte by byte.
  ///
  /// - Returns: the first difference, in words; `nil` where there is none.
  /// - Throws: ``HostError`` where it cannot be read.
  package func difference(from state: CrashState) throws -> String? {
    let image = try MappedFile.map(imagePath)
    let replay = Replay(history, state: state)
    guard UInt64(image.byteCount) == replay.imageByteCount else {
      return "'\(path)' has \(image.byteCount) bytes, and must have \(replay.imageByteCount)"
    }
    var first: UInt64?
    ImageDifferences(image, from: replay).forEach {
      first = min(first ?? .max, $0.imageByteOffset)
    } zero: {
      first = min(first ?? .max, $0.byteOffset)
    }
    return first.map { "'\(path)' holds other bytes from byte \($0) on" }
  }

  private func change(
    _ file: ChangedFile, from old: CrashState, to new: CrashState
  ) throws(HostError) {
    let difference = ReplayDifference(history, from: old, to: new)
    if difference.changesLength { try file.resize(toByteCount: difference.imageByteCount) }
    try difference.apply { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    } zero: { (range) throws(HostError) in
      try file.zero(range)
    }
  }

  /// Nobody knows which part of it was written to.
  private func restore(_ file: ChangedFile, to state: CrashState) throws {
    let replay = Replay(history, state: state)
    try file.resize(toByteCount: replay.imageByteCount)
    let image = try MappedFile.map(imagePath)
    try ImageDifferences(image, from: replay).forEach { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    } zero: { (range) throws(HostError) in
      try file.zero(range)
    }
  }

  private func writeAnew(_ state: CrashState) throws {
    shown = nil
    Folders.remove(folder)
    try NewFolder.make(folder)
    try StateImages.write(state, of: history, to: imagePath)
    let watch = try FolderWatch()
    try watch.add(folder)
    shown = Shown(state: state, file: try ChangedFile(path), watch: watch)
  }
}
