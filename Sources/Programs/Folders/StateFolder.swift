import Bytes
import Checking
import CrashStates
import Host

/// A crash state of several files as a folder.
package struct StateFolder {
  private let recording: Recording
  private let untouchedPath: (_ node: Int) -> String

  /// - Parameter untouchedPath: where the contents of a file are that nothing was done to.
  package init(_ recording: Recording, untouchedPath: @escaping (_ node: Int) -> String) {
    self.recording = recording
    self.untouchedPath = untouchedPath
  }

  /// Writes all that is there in a state into a folder, which must be new or empty.
  ///
  /// - Parameter isDurable: waits for the disk, for a folder that is to be kept.
  /// - Throws: ``HostError``; ``UnknownContents`` where nobody knows what a file holds.
  package func write(
    _ state: CrashState, to folder: String, isDurable: Bool = false
  ) throws {
    let root = FilePath(folder)
    try NewFolder.make(root)
    var folders = [(path: root, mode: recording.mode(in: state))]
    var links: [(name: RecordedName, first: FilePath?)] = []
    var firstPaths: [Int: FilePath] = [:]
    for name in recording.names(in: state) {
      let path = root.appending(name.path)
      let first = firstPaths[name.node]
      if case .link = name.contents {
        links.append((name, first))
      } else if let first {
        try NewFolder.makeSecondName(path, of: first)
        continue
      }
      firstPaths[name.node] = first ?? path
      switch name.contents {
      case .unknown: throw UnknownContents(path: name.path)
      case .link: break
      case .folder:
        try NewFolder.make(path)
        folders.append((path, name.mode))
      case .empty: try NewFile(path, byteCount: 0).finish(mode: name.mode, isDurable: isDurable)
      case .untouched:
        let region = try MappedFile.map(untouchedPath(name.node), access: .sequential)
        let file = try NewFile(path, byteCount: UInt64(region.byteCount))
        try file.write(region)
        try file.finish(mode: name.mode, isDurable: isDurable)
      case .recorded(let file, let own):
        try write(own, of: recording.files[file].history, to: path, name.mode, isDurable)
      }
    }
    // Last, so that nothing is ever written to where one leads.
    for (name, first) in links {
      guard case .link(let target) = name.contents else { continue }
      let path = root.appending(name.path)
      if let first {
        try NewFolder.makeSecondName(path, of: first)
      } else {
        try NewFolder.makeLink(path, saying: target)
      }
    }
    for folder in folders.reversed() { try NewFolder.setMode(folder.mode, of: folder.path) }
  }

  private func write(
    _ state: CrashState, of history: DiskHistory, to path: FilePath, _ mode: UInt32,
    _ isDurable: Bool
  ) throws(HostError) {
    let replay = Replay(history, state: state)
    let file = try NewFile(path, byteCount: replay.imageByteCount)
    try replay.write { (piece) throws(HostError) in
      try file.write(piece.region, in: piece.range, at: piece.imageByteOffset)
    }
    try file.finish(mode: mode, isDurable: isDurable)
  }
}
