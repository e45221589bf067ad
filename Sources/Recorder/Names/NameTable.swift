import CJournal

/// What every name below the watched folder stands for, as the recorded calls have it.
///
/// It begins with what is there before the program starts, and in the end shows whether anything was done to
/// names that nobody has seen.
struct NameTable {
  private let watched: String
  private(set) var nodes: [String: NamedNode]
  /// What was there before, and that no call has been about yet.
  private var unmentioned: Set<String>
  /// How many calls were about a name.
  private var mentionCounts: [String: Int] = [:]

  init(_ survey: FolderSurvey, below watched: String) {
    self.watched = watched
    nodes = survey.names
    unmentioned = Set(survey.names.keys)
  }

  /// A name of a file; `nil` where it has none.
  func path(of key: FileKey) -> String? {
    nodes.filter { $0.value == .file(key) }.keys.min()
  }

  /// Whether a name has stood for one thing only, so that who hears of it knows which.
  func isUnambiguous(_ path: String) -> Bool { mentionCounts[path, default: 0] <= 1 }

  /// The names that a call takes away, and those below them; a link keeps its own.
  func names(in record: JournalRecord) -> [String] {
    let texts = record.texts
    let isOfTwo = record.isKind(PCJ_RENAME) || record.isKind(PCJ_LINK)
    return texts.prefix(isOfTwo ? 2 : 1).flatMap { path -> [String] in
      guard nodes[path] == .folder else { return nodes[path] == nil ? [] : [path] }
      return [path] + nodes.keys.filter { $0.hasPrefix(path + "/") }.sorted()
    }
  }

  /// The name that a call takes away from a file; `nil` where it takes none.
  func lostName(in record: JournalRecord) -> String? {
    if record.isKind(PCJ_UNLINK) { return record.texts.first }
    return record.isKind(PCJ_RENAME) && !record.hasFlag(PCJ_EXCHANGES) ? record.texts.last : nil
  }

  /// What was there before the first call and is mentioned for the first time.
  mutating func mention(_ path: String) -> NamedNode? {
    unmentioned.remove(path) == nil ? nil : nodes[path]
  }

  /// What a path stands for; `nil` where there is nothing.
  subscript(path: String) -> NamedNode? { nodes[path] }

  /// Carries out a call on names that has succeeded.
  ///
  /// - Returns: whether it changed anything: of two threads that make one file, one does.
  @discardableResult
  mutating func apply(_ record: JournalRecord) -> Bool {
    let texts = record.texts
    let path = texts.first ?? ""
    let second = texts.count > 1 ? texts[1] : ""
    for path in texts.prefix(record.isKind(PCJ_SYMLINK) ? 1 : 2) {
      mentionCounts[path, default: 0] += 1
      unmentioned.remove(path)
    }
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
    default: return false
    }
    return true
  }

  private mutating func set(_ path: String, _ node: NamedNode) {
    if isWatched(path) { nodes[path] = node }
  }

  /// One that nobody knows is no file of ours: those are all known.
  private func source(_ path: String) -> NamedNode {
    isWatched(path) ? nodes[path] ?? .other : .unknown
  }

  private func isWatched(_ path: String) -> Bool {
    path.hasPrefix(watched == "/" ? "/" : watched + "/")
  }

  private mutating func rename(_ from: String, _ to: String) -> Bool {
    let node = source(from)
    // Two names of one file: rename does nothing then.
    if case .file(let key?) = node, nodes[to] == .file(key) { return false }
    let moved = takeTree(from)
    _ = takeTree(to)
    set(to, node)
    for (rest, node) in moved where !rest.isEmpty { set(to + rest, node) }
    return true
  }

  private mutating func exchange(_ one: String, _ other: String) {
    let (first, second) = (source(one), source(other))
    let (firstTree, secondTree) = (takeTree(one), takeTree(other))
    set(one, second)
    set(other, first)
    for (rest, node) in firstTree where !rest.isEmpty { set(other + rest, node) }
    for (rest, node) in secondTree where !rest.isEmpty { set(one + rest, node) }
  }

  /// Takes a name and all below it away, by what follows the name.
  private mutating func takeTree(_ path: String) -> [(rest: String, node: NamedNode)] {
    var taken: [(rest: String, node: NamedNode)] = []
    let top = nodes.removeValue(forKey: path)
    if let top { taken.append(("", top)) }
    // Only below folders there is anything.
    if top == .folder || top == nil {
      for name in nodes.keys where name.hasPrefix(path + "/") {
        if let node = nodes.removeValue(forKey: name) {
          taken.append((String(name.dropFirst(path.count)), node))
        }
      }
    }
    return taken
  }

  /// Whether a call that never returned has taken effect, as what is there now shows.
  func isDone(_ record: JournalRecord, in survey: FolderSurvey) -> Bool {
    let texts = record.texts
    let path = texts.first ?? ""
    let second = texts.count > 1 ? texts[1] : ""
    switch pcj_kind(record.kind) {
    case PCJ_CREATE, PCJ_MAKE_FOLDER, PCJ_SYMLINK:
      return nodes[path] == nil && survey.names[path] != nil
    case PCJ_UNLINK, PCJ_REMOVE_FOLDER: return nodes[path] != nil && survey.names[path] == nil
    case PCJ_LINK: return nodes[second] == nil && survey.names[second] != nil
    case PCJ_RENAME: return nodes[path] != nil && survey.names[path] == nil
    default: return false
    }
  }

  /// Where what is there differs from what the recorded calls have made, by path.
  func differences(
    from survey: FolderSurvey, isIgnored: (String) -> Bool
  ) -> [RecordingProblem] {
    let paths = Set(nodes.keys).union(survey.names.keys)
    return paths.sorted().compactMap { path in
      let (expected, found) = (nodes[path], survey.names[path])
      // What is no file, folder or link is no part of a recording.
      if expected ?? .other == .other, found ?? .other == .other { return nil }
      if let expected, let found, expected.matches(found) { return nil }
      if expected == .unknown || isBelowUnknown(path) || isIgnored(path) { return nil }
      return .nameDiffers(
        path: path, expected: expected?.words ?? "nothing", found: Self.words(expected, found))
    }
  }

  private static func words(_ expected: NamedNode?, _ found: NamedNode?) -> String {
    if case .file? = expected, case .file? = found { return "another file" }
    return found?.words ?? "nothing"
  }

  /// What is in a folder that was moved in is not known either.
  private func isBelowUnknown(_ path: String) -> Bool {
    var folder = path[...]
    while let slash = folder.lastIndex(of: "/"), slash != folder.startIndex {
      folder = folder[..<slash]
      if nodes[String(folder)] == .unknown { return true }
    }
    return false
  }
}
