import Bytes
import Checking
import CrashStates
import Host

/// The files of a crash state in a folder, under the names that they have there.
package enum JointFolder {
  /// Writes the files into a folder, which is made if it is not there.
  ///
  /// - Parameters:
  ///   - isDurable: waits for the disk, for a folder that is to be kept.
  ///   - mode: who may read the files of a recording.
  /// - Throws: ``HostError``; ``UnknownContents`` where nobody knows what a file holds.
  package static func write(
    _ state: CrashState, of recording: Recording, to folder: String, isDurable: Bool = false,
    mode: (_ recording: String) -> CopyMode = { _ in .unrestricted }
  ) throws {
    try Folders.create(folder)
    var links: [(path: String, target: String)] = []
    for name in recording.names(in: state) {
      let path = "\(folder)/\(name.path)"
      if let slash = name.path.lastIndex(of: "/") {
        try Folders.create("\(folder)/\(name.path[..<slash])")
      }
      switch name.contents {
      case .unknown: throw UnknownContents(path: name.path)
      case .folder: try Folders.create(path)
      case .link(let target): links.append((path, target))
      case .empty: try finish(try SparseImageFile(path, byteCount: 0), isDurable)
      case .recorded(let file, let state):
        try write(
          state, of: recording.files[file].history, to: path, isDurable,
          mode(recording.files[file].recording))
      }
    }
    // Last, so that nothing is ever written to where one leads.
    for link in links { try Folders.makeLink(at: link.path, saying: link.target) }
  }

  private static func write(
    _ state: CrashState, of history: DiskHistory, to path: String, _ isDurable: Bool,
    _ mode: CopyMode
  ) throws(HostError) {
    let replay = Replay(history, state: state)
    let image = try SparseImageFile(path, byteCount: replay.imageByteCount, mode: mode)
    try replay.write { (piece) throws(HostError) in
      try image.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try finish(image, isDurable)
  }

  private static func finish(
    _ image: SparseImageFile, _ isDurable: Bool
  ) throws(HostError) {
    if isDurable { try image.finish() } else { try image.finishForShortUse() }
  }
}
