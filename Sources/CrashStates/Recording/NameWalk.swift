import Bytes
import WriteLog

/// Goes through the lines of a recording once: what every name stands for, and what each sync makes durable.
struct NameWalk {
  private(set) var contents: [NameHistory.Node: NameHistory.Contents] = [:]
  private(set) var operations: [NameHistory.Operation] = []
  private(set) var entries: [NameHistory.Entry] = []
  private(set) var modes: [NameHistory.Node: Timeline<UInt32>] = [:]
  private let persona: Persona
  private let isLeftOut: (FilePath) -> Bool
  /// The entry of each name that there ever was in a folder.
  private var places: [NameHistory.Node: [FilePath: Int]] = [:]
  /// The entries that stand for a node now.
  private var homes: [NameHistory.Node: [Int]] = [:]
  /// Changes that are not durable, ascending.
  private var pending: [Int] = []
  private var lengths: [NameHistory.Node: FileChanges] = [:]
  /// The change that made a node.
  private var makers: [NameHistory.Node: Int] = [:]

  /// What was done to a file's contents since its last sync, by how many changes of names there were.
  private struct FileChanges {
    var syncedByteCount: UInt64
    var byteCount: UInt64
    /// When the length was changed first.
    var resizedAt: Int?
    /// When it was written to last; fdatasync does not sync that.
    var writtenAt: Int?
  }

  /// - Parameters:
  ///   - nodes: of the recordings.
  ///   - untouched: nodes whose contents were kept although nothing was done to them.
  ///   - isLeftOut: names that are no part of any state.
  init(
    _ base: FolderListing, nodes: [NameHistory.Node], untouched: (NameHistory.Node) -> Bool,
    persona: Persona, isLeftOut: @escaping (FilePath) -> Bool
  ) {
    self.persona = persona
    self.isLeftOut = isLeftOut
    contents[FolderListing.root] = .folder
    for name in base.names {
      switch name.kind {
      case .folder: contents[name.node] = .folder
      case .link(let target): contents[name.node] = .link(target)
      case .file(byteCount: 0): contents[name.node] = .empty
      case .file: contents[name.node] = untouched(name.node) ? .untouched : .unknown
      }
      modes[name.node] = Timeline(first: name.mode)
      if name.path != .here, let place = place(of: name.path) {
        entries[place].changes = Timeline(first: name.node)
        homes[name.node, default: []].append(place)
      }
    }
    for (recording, node) in nodes.enumerated() { contents[node] = .recorded(recording) }
  }

  // MARK: Contents

  /// What an entry of a file does.
  struct Effect {
    var isSync: Bool
    /// Only of data and of what is needed to find it.
    var isDataOnly: Bool
    var isChange: Bool
    var oldByteCount: UInt64
    var byteCount: UInt64
  }

  mutating func entry(of node: NameHistory.Node, _ effect: Effect, step: Int) {
    var changes =
      lengths[node]
      ?? FileChanges(syncedByteCount: effect.oldByteCount, byteCount: effect.oldByteCount)
    if effect.byteCount != effect.oldByteCount, changes.resizedAt == nil {
      changes.resizedAt = operations.count
    }
    changes.byteCount = effect.byteCount
    if effect.isChange { changes.writtenAt = operations.count }
    lengths[node] = changes
    if effect.isSync { sync(node, isDataOnly: effect.isDataOnly, step: step) }
  }

  // MARK: Syncs

  mutating func sync(folder path: FilePath, step: Int) {
    guard let folder = node(path) else { return }
    sync(folder, isFolder: true, isDataOnly: false, step: step)
  }

  /// sync(2) brings every name to the disk.
  mutating func syncAll(step: Int) {
    makeDurable(before: operations.count, step: step)
    for node in lengths.keys { noteSync(node, isDataOnly: false) }
  }

  private mutating func sync(
    _ node: NameHistory.Node, isFolder: Bool = false, isDataOnly: Bool, step: Int
  ) {
    switch persona {
    case .ordered, .ext4:
      makeDurable(before: reach(node, isFolder: isFolder, isDataOnly: isDataOnly), step: step)
    case .posix: syncByTheLetter(node, isFolder: isFolder, isDataOnly: isDataOnly, step: step)
    }
    noteSync(node, isDataOnly: isDataOnly)
  }

  /// A sync brings all changes before this one. Reports/ext4-6.1.md has what a real file system does.
  private func reach(_ node: NameHistory.Node, isFolder: Bool, isDataOnly: Bool) -> Int {
    let changes = lengths[node]
    let resizedAt = changes.flatMap { $0.byteCount == $0.syncedByteCount ? nil : $0.resizedAt }
    // A length is written down with the way to the file.
    let own = resizedAt == nil ? [node] : foldersAbove(node).union([node])
    let ownChange = pending.last { place in
      if isDataOnly, place >= resizedAt ?? 0 { return false }
      let operation = operations[place]
      return operation.nodes.contains { own.contains($0) }
        || isFolder && operation.folders.contains(node)
    }
    var reach = max(ownChange.map { $0 + 1 } ?? 0, makers[node].map { $0 + 1 } ?? 0)
    if persona == .ext4 {
      reach = max(reach, resizedAt ?? 0, isDataOnly ? 0 : changes?.writtenAt ?? 0)
    }
    return reach
  }

  private mutating func syncByTheLetter(
    _ node: NameHistory.Node, isFolder: Bool, isDataOnly: Bool, step: Int
  ) {
    var left: [Int] = []
    for place in pending {
      let operation = operations[place]
      var isDurable = isFolder && operation.folders.contains(node)
      if case .mode = operation.line { isDurable = !isDataOnly && operation.nodes.contains(node) }
      if isDurable { operations[place].durableCut = step + 1 } else { left.append(place) }
    }
    pending = left
  }

  private mutating func noteSync(_ node: NameHistory.Node, isDataOnly: Bool) {
    guard let byteCount = lengths[node]?.byteCount else { return }
    lengths[node]?.syncedByteCount = byteCount
    lengths[node]?.resizedAt = nil
    if !isDataOnly { lengths[node]?.writtenAt = nil }
  }

  private mutating func makeDurable(before bound: Int, step: Int) {
    let count = pending.countBelow(bound)
    for place in pending.prefix(count) { operations[place].durableCut = step + 1 }
    pending.removeFirst(count)
  }

  private func foldersAbove(_ node: NameHistory.Node) -> Set<NameHistory.Node> {
    var found: Set<NameHistory.Node> = []
    var left = [node]
    while let node = left.popLast() {
      for home in homes[node] ?? [] where found.insert(entries[home].folder).inserted {
        left.append(entries[home].folder)
      }
    }
    return found
  }

  /// The first so many of what is pending.
  private mutating func makeDurable(_ count: Int, step: Int) {
    for place in pending.prefix(count) { operations[place].durableCut = step + 1 }
    pending.removeFirst(count)
  }

  // MARK: Names

  /// What is done to names that are left out makes no other state, so nobody can lose it.
  mutating func change(_ line: JointLine, step: Int) {
    var operation = NameHistory.Operation(line: line, step: step)
    switch line {
    case .create(let node, let mode, let path):
      make(node, .empty, mode)
      makers[node] = operations.count
      assign(node, to: path, &operation)
    case .makeFolder(let node, let mode, let path):
      make(node, .folder, mode)
      assign(node, to: path, &operation)
    case .symlink(let node, let path, let target):
      make(node, .link(target), 0)
      assign(node, to: path, &operation)
    case .link(let from, let to): assign(node(from) ?? unknownNode(), to: to, &operation)
    case .unlink(let path), .removeFolder(let path): assign(nil, to: path, &operation)
    case .rename(let from, let to):
      let moved = node(from) ?? unknownNode()
      assign(nil, to: from, &operation)
      assign(moved, to: to, &operation)
    case .exchange(let one, let other):
      let (first, second) = (node(one) ?? unknownNode(), node(other) ?? unknownNode())
      assign(second, to: one, &operation)
      assign(first, to: other, &operation)
    case .mode(let mode, let path):
      guard !isLeftOut(path), let node = node(path) else { return }
      modes[node, default: Timeline()].change(to: mode, by: operations.count)
      operation.nodes.append(node)
    case .entry, .syncFolder, .sync, .mark, .note: return
    }
    if line.paths.allSatisfy(isLeftOut) { return }
    pending.append(operations.count)
    operations.append(operation)
  }

  private mutating func make(
    _ node: NameHistory.Node, _ made: NameHistory.Contents, _ mode: UInt32
  ) {
    // Its recording is known before the line that makes it.
    if contents[node] == nil { contents[node] = made }
    if modes[node] == nil { modes[node] = Timeline(first: mode) }
  }

  /// Has the change that comes next make a name stand for something else.
  private mutating func assign(
    _ node: NameHistory.Node?, to path: FilePath, _ operation: inout NameHistory.Operation
  ) {
    guard let place = place(of: path) else { return }
    let former = entries[place].changes.last ?? nil
    if let former { homes[former]?.removeAll { $0 == place } }
    if let node { homes[node, default: []].append(place) }
    if isLeftOut(path) {
      entries[place].changes = Timeline(first: node)
      return
    }
    operation.nodes += [node, former].compactMap { $0 }
    operation.folders.append(entries[place].folder)
    entries[place].changes.change(to: node, by: operations.count)
  }

  /// What was never told of: it came from outside.
  private mutating func unknownNode() -> NameHistory.Node {
    let node = (contents.keys.max() ?? 0) + 1
    contents[node] = .unknown
    return node
  }

  /// What has a name now; `nil` where there is nothing.
  private func node(_ path: FilePath) -> NameHistory.Node? {
    var node = FolderListing.root
    if path == .here { return node }
    for part in path.parts {
      guard let place = places[node]?[part], let next = entries[place].changes.last ?? nil else {
        return nil
      }
      node = next
    }
    return node
  }

  /// The entry of a name, which need not stand for anything; `nil` where there is no such folder.
  private mutating func place(of path: FilePath) -> Int? {
    if Self.isOutside(path) { return nil }
    guard let folder = node(path.folder), contents[folder] == .folder else { return nil }
    if let place = places[folder]?[path.name] { return place }
    places[folder, default: [:]][path.name] = entries.count
    entries.append(
      NameHistory.Entry(folder: folder, name: path.name, changes: Timeline(first: nil)))
    return entries.count - 1
  }

  /// Whether a path leads out of the watched folder, so that it is no part of what is judged, and never
  /// written to.
  private static func isOutside(_ path: FilePath) -> Bool {
    path.parts.contains { part in
      part.bytes.isEmpty || part == "." || part == ".." || part.bytes.contains(0)
    }
  }
}
