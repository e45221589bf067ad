import Bytes
import CJournal

/// What every name below the watched folder stands for, as the recorded calls have it.
///
/// It begins with what is there before the program starts, and in the end shows whether anything was done to
/// names that nobody has seen.
struct NameTable {
  private let watched: FilePath
  private(set) var nodes: [FilePath: NamedNode] = [:]

  init(_ survey: FolderSurvey, below watched: FilePath) {
    self.watched = watched
    for entry in survey.entries where entry.path != watched { nodes[entry.path] = entry.node }
  }

  /// What a path stands for; `nil` where there is nothing.
  subscript(path: FilePath) -> NamedNode? { nodes[path] }

  /// Carries out a call on names or permissions that has succeeded.
  ///
  /// - Returns: whether it changed anything that there is: of two threads that make one file, one does.
  @discardableResult
  mutating func apply(_ record: JournalRecord) -> Bool {
    let paths = record.paths
    guard let path = paths.first else { return false }
    let second = paths.count > 1 ? paths[1] : FilePath("")
    switch pcj_kind(record.kind) {
    case PCJ_CREATE:
      if let key = record.key, nodes[path] == .file(key) { return false }
      set(path, .file(record.key))
    case PCJ_MAKE_FOLDER: set(path, .folder)
    case PCJ_SYMLINK: set(path, .link(second))
    case PCJ_UNLINK, PCJ_REMOVE_FOLDER: nodes[path] = nil
    case PCJ_LINK: set(second, source(path))
    case PCJ_RENAME:
      if record.hasFlag(PCJ_EXCHANGES) {
        exchange(path, second)
      } else {
        return rename(path, second)
      }
    case PCJ_MODE: return path == watched || nodes[path] != nil
    default: return false
    }
    return true
  }

  private mutating func set(_ path: FilePath, _ node: NamedNode) {
    if isWatched(path) { nodes[path] = node }
  }

  /// One that nobody knows is no file of ours: those are all known.
  private func source(_ path: FilePath) -> NamedNode {
    isWatched(path) ? nodes[path] ?? .other : .unknown
  }

  private func isWatched(_ path: FilePath) -> Bool {
    path != watched && path.relative(to: watched) != nil
  }

  private mutating func rename(_ from: FilePath, _ to: FilePath) -> Bool {
    let node = source(from)
    // Two names of one file: rename does nothing then.
    if case .file(let key?) = node, nodes[to] == .file(key) { return false }
    let moved = takeTree(from)
    _ = takeTree(to)
    set(to, node)
    put(moved, below: to)
    return true
  }

  private mutating func exchange(_ one: FilePath, _ other: FilePath) {
    let (first, second) = (source(one), source(other))
    let (firstTree, secondTree) = (takeTree(one), takeTree(other))
    set(one, second)
    set(other, first)
    put(firstTree, below: other)
    put(secondTree, below: one)
  }

  private mutating func put(_ tree: [(rest: FilePath, node: NamedNode)], below path: FilePath) {
    for (rest, node) in tree { set(path.appending(rest), node) }
  }

  /// Takes a name and all below it away; what was below, by the path from there on.
  private mutating func takeTree(_ path: FilePath) -> [(rest: FilePath, node: NamedNode)] {
    let top = nodes.removeValue(forKey: path)
    // Only below folders there is anything.
    guard top == .folder || top == nil else { return [] }
    var taken: [(rest: FilePath, node: NamedNode)] = []
    for name in nodes.keys {
      if let rest = name.relative(to: path), let node = nodes.removeValue(forKey: name) {
        taken.append((rest, node))
      }
    }
    return taken
  }

  /// Whether a call that never returned has taken effect, as what is there now shows.
  func isDone(_ record: JournalRecord, in survey: FolderSurvey) -> Bool {
    let paths = record.paths
    guard let path = paths.first else { return false }
    let second = paths.count > 1 ? paths[1] : FilePath("")
    switch pcj_kind(record.kind) {
    case PCJ_CREATE, PCJ_MAKE_FOLDER, PCJ_SYMLINK: return nodes[path] == nil && survey[path] != nil
    case PCJ_UNLINK, PCJ_REMOVE_FOLDER: return nodes[path] != nil && survey[path] == nil
    case PCJ_LINK: return nodes[second] == nil && survey[second] != nil
    case PCJ_RENAME: return nodes[path] != nil && survey[path] == nil
    case PCJ_MODE: return survey[path].map { $0.mode == record.mode } ?? false
    default: return false
    }
  }

  /// Where what is there differs from what the recorded calls have made, by path.
  func differences(
    from survey: FolderSurvey, isIgnored: (FilePath) -> Bool
  ) -> [RecordingProblem] {
    let paths = Set(nodes.keys).union(survey.places.keys).subtracting([watched])
    return paths.sorted().compactMap { path in
      let (expected, found) = (nodes[path], survey[path]?.node)
      // What is no file, folder or link is no part of a recording.
      if expected ?? .other == .other, found ?? .other == .other { return nil }
      if let expected, let found, expected.matches(found) { return nil }
      if expected == .unknown || isBelowUnknown(path) || isIgnored(path) { return nil }
      return .nameDiffers(
        path: "\(path)", expected: expected?.words ?? "nothing", found: Self.words(expected, found))
    }
  }

  private static func words(_ expected: NamedNode?, _ found: NamedNode?) -> String {
    if case .file? = expected, case .file? = found { return "another file" }
    return found?.words ?? "nothing"
  }

  /// What is in a folder that was moved in is not known either.
  private func isBelowUnknown(_ path: FilePath) -> Bool {
    var folder = path.folder
    while folder != watched, folder.bytes.count > watched.bytes.count {
      if nodes[folder] == .unknown { return true }
      folder = folder.folder
    }
    return false
  }
}
