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
    let names = recording.names(in: state)
    var paths: [Int: FilePath] = [:]
    // Links last, so that nothing is ever written to where one leads.
    for name in names.filter({ !$0.isLink }) + names.filter(\.isLink) {
      let path = root.appending(name.path)
      if let first = paths[name.node] {
        try NewFolder.makeSecondName(path, of: first)
        continue
      }
      paths[name.node] = path
      try make(name, at: path, isDurable: isDurable)
    }
    for name in names.reversed() where name.isFolder {
      try NewFolder.setMode(name.mode, of: root.appending(name.path))
    }
    try NewFolder.setMode(recording.mode(in: state), of: root)
  }

  /// Writes one thing of a state, which nothing else has the name of; a folder keeps permissions of its own for now.
  func make(_ name: RecordedName, at path: FilePath, isDurable: Bool = false) throws {
    switch name.contents {
    case .unknown: throw UnknownContents(path: name.path)
    case .link(let target): try NewFolder.makeLink(path, saying: target)
    case .folder: try NewFolder.make(path)
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
