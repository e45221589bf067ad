import Bytes
import Checking
import CrashStates
import Host

/// A folder that is one crash state after the other: only what differs from the one before is written, and what somebody
/// has done to it meanwhile is undone. For judges that look at thousands of states of a large folder.
///
/// Whoever looks at a state must have closed and unmapped all of it before the next one is asked for.
package final class WorkingFolder: @unchecked Sendable {
  // Of one thread at a time: ``WorkingFolders`` lends it.
  private let recording: Recording
  private let states: StateFolder
  private let root: FilePath
  private let watch: FolderWatch
  /// What is there, by its path below the root.
  private var shown: [FilePath: RecordedName] = [:]
  private var rootMode: UInt32 = 0o700

  /// - Parameters:
  ///   - folder: a path that nothing has yet.
  ///   - untouchedPath: as ``StateFolder`` takes it.
  /// - Throws: ``HostError`` where it cannot be made or watched.
  package init(
    _ recording: Recording, at folder: String, untouchedPath: @escaping (_ node: Int) -> String
  ) throws {
    self.recording = recording
    states = StateFolder(recording, untouchedPath: untouchedPath)
    root = FilePath(folder)
    watch = try FolderWatch()
    try NewFolder.make(root)
    try watch.add(root)
  }

  /// Makes the folder a state.
  ///
  /// - Throws: ``HostError``; ``UnknownContents`` where nobody knows what a file holds. It is of no use then.
  package func become(_ state: CrashState) throws {
    let names = recording.names(in: state)
    var wanted: [FilePath: RecordedName] = [:]
    for name in names { wanted[name.path] = name }
    try openFolders()
    var changed: Set<FilePath> = []
    switch try watch.changes() {
    case .unknown:
      for name in try Folders.names(in: root) { Folders.remove(root.appending(name)) }
      shown = [:]
    case .of(let names): changed = Set(names.compactMap { $0.relative(to: root) })
    }
    removeStale(changed: changed, wanted)
    try make(names)
    try setFolderModes(names, of: state)
    shown = wanted
    try watch.forget()
  }

  /// Compares the folder with the state, written anew to a place that nothing has.
  ///
  /// - Returns: the first difference, in words; `nil` where there is none.
  /// - Throws: ``HostError`` where one cannot be written or read.
  package func difference(from state: CrashState, writtenTo place: String) throws -> String? {
    defer { Folders.remove(place) }
    try states.write(state, to: place)
    let difference = try FolderTwins.difference(root, FilePath(place))
    try watch.forget()
    return difference
  }

  package var path: String { "\(root)" }

  // MARK: What goes

  /// So that names can be changed in them, whatever their permissions are.
  private func openFolders() throws {
    for (path, name) in shown where name.isFolder && name.mode & 0o700 != 0o700 {
      try? NewFolder.setMode(0o700, of: root.appending(path))
    }
    if rootMode & 0o700 != 0o700 { try NewFolder.setMode(0o700, of: root) }
  }

  /// Removes what is no longer wanted, what has become something else, and whatever somebody has touched.
  private func removeStale(changed: Set<FilePath>, _ wanted: [FilePath: RecordedName]) {
    var stale = changed
    for (path, old) in shown where wanted[path]?.isLike(old) != true { stale.insert(path) }
    // What is written by one of a file's names is there by all of them.
    let nodes = Set(stale.compactMap { shown[$0] }.filter { !$0.isFolder }.map(\.node))
    for (path, old) in shown where !old.isFolder && nodes.contains(old.node) { stale.insert(path) }
    for path in stale where !path.hasFolder(in: stale) { Folders.remove(root.appending(path)) }
    shown = shown.filter { path, _ in !stale.contains(path) && !path.hasFolder(in: stale) }
  }

  // MARK: What comes

  private func make(_ names: [RecordedName]) throws {
    var paths: [Int: FilePath] = [:]
    for name in names where !name.isFolder && shown[name.path] != nil && paths[name.node] == nil {
      paths[name.node] = root.appending(name.path)
    }
    // Links last, so that nothing is ever written to where one leads.
    for name in names.filter({ !$0.isLink }) + names.filter(\.isLink) {
      let path = root.appending(name.path)
      if let old = shown[name.path] {
        try change(old, to: name, at: path)
        continue
      }
      if !name.isFolder, let first = paths[name.node] {
        try NewFolder.makeSecondName(path, of: first)
        continue
      }
      if !name.isFolder { paths[name.node] = path }
      try states.make(name, at: path)
      if name.isFolder { try watch.add(path) }
    }
  }

  private func change(_ old: RecordedName, to new: RecordedName, at path: FilePath) throws {
    if case .recorded(let file, let before) = old.contents,
      case .recorded(_, let after) = new.contents, before != after
    {
      let difference = ReplayDifference(recording.files[file].history, from: before, to: after)
      let changed = try ChangedFile(path, byteCount: difference.imageByteCount)
      try difference.apply { (piece) throws(HostError) in
        try changed.write(piece.region, in: piece.range, at: piece.imageByteOffset)
      } zero: { (range) throws(HostError) in
        try changed.zero(range)
      }
    }
    if old.mode != new.mode, !new.isFolder, !new.isLink {
      try NewFolder.setMode(new.mode, of: path)
    }
  }

  /// Of all, since somebody may have changed them, and from within, since a folder can shut off what is in it.
  private func setFolderModes(_ names: [RecordedName], of state: CrashState) throws {
    for name in names.reversed() where name.isFolder {
      try NewFolder.setMode(name.mode, of: root.appending(name.path))
    }
    rootMode = recording.mode(in: state)
    try NewFolder.setMode(rootMode, of: root)
  }
}

extension RecordedName {
  var isFolder: Bool { if case .folder = contents { true } else { false } }
  var isLink: Bool { if case .link = contents { true } else { false } }

  /// Whether it is the same thing, which only holds something else.
  fileprivate func isLike(_ other: RecordedName) -> Bool {
    if node != other.node { return false }
    switch (contents, other.contents) {
    case (.recorded(let one, _), .recorded(let two, _)): return one == two
    case (.link(let one), .link(let two)): return one == two
    case (.empty, .empty), (.untouched, .untouched), (.folder, .folder): return true
    default: return false
    }
  }
}

extension FilePath {
  /// Whether any folder that it is in is one of these.
  fileprivate func hasFolder(in paths: Set<FilePath>) -> Bool {
    var folder = self.folder
    while folder != .here {
      if paths.contains(folder) { return true }
      folder = folder.folder
    }
    return false
  }
}
