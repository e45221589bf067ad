import Campaign
import Host
import ImageStacks
import Recorder
import Synchronization

/// The images that runs start from: made once by the program's own tools, and copied for each run.
final class ProgramImages: Sendable {
  private struct Key: Hashable {
    var executable: String
    var byteCount: UInt64
    var image: ImageConfiguration
  }

  private let folder: TemporaryFolder
  private let libraryPath: String
  private let made = Mutex<[Key: String]>([:])

  init(_ folder: TemporaryFolder, libraryPath: String) {
    self.folder = folder
    self.libraryPath = libraryPath
  }

  /// Puts the image of a configuration at `path`.
  func place(_ configuration: RunConfiguration, _ tools: QEMUTools, at path: String) throws {
    let key = Key(
      executable: "\(tools.stack.name) \(tools.executable)",
      byteCount: configuration.deviceByteCount,
      image: configuration.image)
    let original = try made.withLock { made throws -> String in
      if let known = made[key] { return known }
      let new = folder.path("base-\(made.count)")
      // Its GUIDs are part of what a minimized case keeps, so that no run's seed decides them.
      try tools.create(new, configuration, libraryPath: libraryPath, seed: 1)
      made[key] = new
      return new
    }
    try SparseCopy.make(of: original, at: path)
  }
}
