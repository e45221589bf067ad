/// What every name stood for at every moment of a recording, and which changes of names were durable when.
///
/// Changes of names take effect in their order: after a power cut those that persisted are the first so
/// many. A journal of a file system keeps that order, and it is the fewest states that programs have to
/// expect of all file systems with one.
///
/// A change is durable once the folder of one of its names was synced, or the file that it is about: POSIX
/// promises the first alone, and fsync(2) says so, but every file system of Linux with a journal (ext4,
/// XFS, Btrfs, F2FS) brings the names of a file that is synced to the disk with it, and programs rely
/// on that. With a change all before it are durable.
struct NameHistory: Sendable {
  /// What stands behind a name: the number of a file, whatever its names.
  typealias Node = Int

  enum Contents: Hashable, Sendable {
    /// The recording with this place in the list of files.
    case recorded(Int)
    /// Created, and never written to.
    case empty
    /// There before the recording began, and never written to: nobody knows what it holds.
    case unknown
    case folder
    /// A symbolic link and what it says.
    case link(String)
  }

  struct Operation: Sendable {
    var line: JointLine
    var lineIndex: Int
    var nodes: [Node]
  }

  private static let snapshotStep = 32

  private(set) var contents: [Contents] = []
  private(set) var operations: [Operation] = []
  /// The steps that they are, ascending.
  private(set) var nameSteps: [Int] = []
  /// How many changes of names are durable at each cut.
  private(set) var durableCounts: [Int] = []
  private var snapshots: [[String: Node]] = []

  /// - Parameters:
  ///   - paths: of the recordings, where each was first seen.
  ///   - entryCounts: of the recordings. One without any is of a file that only lost its name.
  ///   - isLeftOut: names that are no part of any state.
  ///   - syncs: whether an entry of a recording makes its file's names durable.
  init(
    _ lines: [JointLine], paths: [String], entryCounts: [Int], recordings: [String: Int],
    isLeftOut: (String) -> Bool, syncs: (_ recording: Int, _ entryIndex: Int) -> Bool
  ) {
    var walk = NameWalk(paths: paths, entryCounts: entryCounts)
    durableCounts = [0]
    for (lineIndex, line) in lines.enumerated() {
      if case .entry(let recording, let entryIndex) = line, let place = recordings[recording] {
        walk.entry(ofRecording: place, isSync: syncs(place, entryIndex))
      } else if line == .sync {
        walk.syncAll()
      } else if case .recording(let recording, let path) = line {
        if let place = recordings[recording] { walk.name(recording: place, path) }
      } else if case .hasFile(let path) = line {
        walk.begin(with: path, nil)
      } else if case .hasFolder(let path) = line {
        walk.begin(with: path, .folder)
      } else if case .hasSymlink(let path, let target) = line {
        walk.begin(with: path, .link(target))
      } else if !line.paths.allSatisfy(isLeftOut) {
        walk.change(line, lineIndex)
      } else if case .syncFolder(let folder) = line {
        walk.sync(folder: folder)
      }
      durableCounts.append(walk.durableCount)
    }
    contents = walk.contents
    operations = walk.operations
    nameSteps = operations.map(\.lineIndex)
    takeSnapshots(walk.initial.filter { !isLeftOut($0.key) })
  }

  private mutating func takeSnapshots(_ initial: [String: Node]) {
    var names = initial
    for (place, operation) in operations.enumerated() {
      if place % Self.snapshotStep == 0 { snapshots.append(names) }
      names.apply(operation)
    }
    if operations.count % Self.snapshotStep == 0 { snapshots.append(names) }
  }

  /// The names after the first `count` changes.
  func names(after count: Int) -> [String: Node] {
    var names = snapshots[count / Self.snapshotStep]
    for place in count / Self.snapshotStep * Self.snapshotStep..<count {
      names.apply(operations[place])
    }
    return names
  }

  /// The recordings that have a name in any state between two numbers of changes.
  func recordings(after counts: ClosedRange<Int>) -> Set<Int> {
    var nodes = Set(names(after: counts.lowerBound).values)
    for operation in operations[counts.lowerBound..<counts.upperBound] {
      nodes.formUnion(operation.nodes)
    }
    return Set(
      nodes.compactMap { if case .recorded(let place) = contents[$0] { place } else { nil } })
  }
}

extension [String: NameHistory.Node] {
  /// The place of a new name is taken from the operation: it knows the file.
  fileprivate mutating func apply(_ operation: NameHistory.Operation) {
    switch operation.line {
    case .create(let path), .makeFolder(let path), .symlink(let path, _):
      self[path] = operation.nodes.first
    case .link(_, let path): self[path] = operation.nodes.first
    case .unlink(let path), .removeFolder(let path): removeValue(forKey: path)
    case .rename(let from, let to): move(from, to)
    case .entry, .hasFile, .hasFolder, .hasSymlink, .recording, .syncFolder, .sync, .note: break
    }
  }

  /// A folder's name is changed in all names below it.
  fileprivate mutating func move(_ from: String, _ to: String) {
    // Two names of one file: rename does nothing then.
    if let file = self[from], self[to] == file { return }
    if let file = removeValue(forKey: from) { self[to] = file }
    for path in keys where path.hasPrefix(from + "/") {
      self[to + path.dropFirst(from.count)] = removeValue(forKey: path)
    }
  }
}

/// Goes through the lines once and finds out which file each name stands for.
private struct NameWalk {
  private let paths: [String]
  private(set) var contents: [NameHistory.Contents] = []
  private(set) var operations: [NameHistory.Operation] = []
  private(set) var initial: [String: NameHistory.Node] = [:]
  private(set) var durableCount = 0
  private var names: [String: NameHistory.Node] = [:]
  private var formerNodes: [String: [NameHistory.Node]] = [:]
  private var nodes: [Int: NameHistory.Node] = [:]
  /// How many changes there were up to the last one of a file, and of a folder.
  private var countsOfNodes: [NameHistory.Node: Int] = [:]
  private var countsOfFolders: [String: Int] = [:]

  /// The recordings of files that are not written to, by their first names.
  private let unwritten: [String: Int]

  init(paths: [String], entryCounts: [Int]) {
    self.paths = paths
    var unwritten: [String: Int] = [:]
    for (place, path) in paths.enumerated() where entryCounts[place] == 0 {
      if unwritten[path] == nil { unwritten[path] = place }
    }
    self.unwritten = unwritten
  }

  mutating func entry(ofRecording recording: Int, isSync: Bool) {
    let node = nodes[recording] ?? bind(recording)
    if isSync { durableCount = max(durableCount, countsOfNodes[node] ?? 0) }
  }

  /// The recording's file is the one that has the name now.
  mutating func name(recording: Int, _ path: String) {
    guard nodes[recording] == nil else { return }
    let node = names[path] ?? initialNode(path, .recorded(recording))
    switch contents[node] {
    case .empty, .unknown: contents[node] = .recorded(recording)
    case .recorded(let other):
      // What was only taken to be its file gives way to what is known.
      if nodes[other] == node { return }
      contents[node] = .recorded(recording)
    case .folder, .link: return
    }
    nodes[recording] = node
  }

  /// What is there from the beginning and has not been heard of.
  mutating func begin(with path: String, _ contents: NameHistory.Contents?) {
    if names[path] == nil { _ = initialNode(path, contents) }
  }

  mutating func sync(folder: String) {
    durableCount = max(durableCount, countsOfFolders[folder] ?? 0)
  }

  /// sync(2) brings every name to the disk.
  mutating func syncAll() { durableCount = operations.count }

  mutating func change(_ line: JointLine, _ lineIndex: Int) {
    var touched: [NameHistory.Node] = []
    switch line {
    case .create: touched = [newNode(.empty)]
    case .makeFolder: touched = [newNode(.folder)]
    case .symlink(_, let target): touched = [newNode(.link(target))]
    case .removeFolder(let path): touched = [names[path] ?? initialNode(path, .folder)]
    case .link(let from, _), .unlink(let from): touched = [known(from)]
    case .rename(let from, let to):
      // A file that was there is recorded when it loses its name; without a recording there was none.
      if unwritten[to] != nil { _ = known(to) }
      touched = names.keys.filter { $0.hasPrefix(from + "/") }.sorted().compactMap { names[$0] }
      if touched.isEmpty || names[from] != nil { touched.insert(known(from), at: 0) }
    case .syncFolder(let folder): return sync(folder: folder)
    case .entry, .hasFile, .hasFolder, .hasSymlink, .recording, .sync, .note: return
    }
    let operation = NameHistory.Operation(line: line, lineIndex: lineIndex, nodes: touched)
    operations.append(operation)
    names.apply(operation)
    for (path, node) in zip(line.paths.suffix(1), touched) {
      formerNodes[path, default: []].append(node)
    }
    for node in touched { countsOfNodes[node] = operations.count }
    for path in line.paths { countsOfFolders[Self.folder(of: path)] = operations.count }
  }

  /// The file of a recording is the one that has its first name when the first entry comes.
  private mutating func bind(_ recording: Int) -> NameHistory.Node {
    let path = paths[recording]
    let former = formerNodes[path] ?? []
    let candidates = (names[path].map { [$0] } ?? []) + former.reversed()
    let found = candidates.first { node in
      contents[node] == .empty || contents[node] == .unknown
    }
    let node: NameHistory.Node
    if let found {
      node = found
    } else if former.isEmpty, names[path] == nil {
      node = initialNode(path)
    } else {
      node = newNode(.empty)
    }
    contents[node] = .recorded(recording)
    nodes[recording] = node
    return node
  }

  /// The file of a name; one that nobody has heard of was there from the beginning.
  private mutating func known(_ path: String) -> NameHistory.Node {
    names[path] ?? initialNode(path)
  }

  /// - Parameter contents: `nil`: as far as the recordings show.
  private mutating func initialNode(
    _ path: String, _ contents: NameHistory.Contents? = nil
  ) -> NameHistory.Node {
    let recording = formerNodes[path] == nil ? unwritten[path] : nil
    let node = newNode(contents ?? recording.map { .recorded($0) } ?? .unknown)
    if formerNodes[path] == nil, initial[path] == nil { initial[path] = node }
    names[path] = node
    formerNodes[path, default: []].append(node)
    return node
  }

  private mutating func newNode(_ contents: NameHistory.Contents) -> NameHistory.Node {
    self.contents.append(contents)
    return self.contents.count - 1
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}
