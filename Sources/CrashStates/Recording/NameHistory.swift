import Bytes
import WriteLog

/// What every name stood for at every moment of a recording, and which changes of names were durable when.
///
/// A name is an entry of a folder, and a folder is a node like a file, so that whatever is in it moves with it.
/// A state keeps some of the changes (``KeptNames``); each entry then stands for what the last one that was kept
/// has made of it.
struct NameHistory: Sendable {
  /// What stands behind a name: the number of a file, folder or link, whatever its names.
  typealias Node = Int

  enum Contents: Hashable, Sendable {
    /// The recording with this place in the list of files.
    case recorded(Int)
    /// Made, and never written to.
    case empty
    /// There before the recording began, and never touched.
    case untouched
    /// Nobody knows what it holds.
    case unknown
    case folder
    /// A symbolic link and what it says.
    case link(FilePath)
  }

  /// One change of names or permissions.
  struct Operation: Sendable {
    var line: JointLine
    var step: Int
    /// What it is about.
    var nodes: [Node] = []
    /// The folders whose entries it changes.
    var folders: [Node] = []
    /// From this cut on it is durable.
    var durableCut = Int.max
  }

  /// A name in a folder, over time.
  struct Entry: Sendable {
    var folder: Node
    var name: FilePath
    var changes: Timeline<Node?>
  }

  private(set) var contents: [Node: Contents]
  private(set) var operations: [Operation]
  /// The steps that they are, ascending.
  let steps: [Int]
  let persona: Persona
  private let entries: [Entry]
  private let modes: [Node: Timeline<UInt32>]
  /// The entries of each folder, by the bytes of their names.
  private let entriesOfFolders: [Node: [Int]]

  init(_ walk: consuming NameWalk, persona: Persona) {
    contents = walk.contents
    operations = walk.operations
    steps = walk.operations.map(\.step)
    entries = walk.entries
    modes = walk.modes
    self.persona = persona
    var entriesOfFolders: [Node: [Int]] = [:]
    for place in entries.indices {
      entriesOfFolders[entries[place].folder, default: []].append(place)
    }
    for folder in entriesOfFolders.keys {
      entriesOfFolders[folder]?.sort { [entries] in entries[$0].name < entries[$1].name }
    }
    self.entriesOfFolders = entriesOfFolders
  }

  /// Whether a change can be lost alone: otherwise all after it are lost with it.
  var losesAnyChange: Bool { persona == .posix }

  /// The change that a step is; `nil` for any other step.
  func place(ofStep step: Int) -> Int? {
    let place = steps.countBelow(step)
    return place < steps.count && steps[place] == step ? place : nil
  }

  /// What there is, each folder in front of what is in it, sorted by names.
  func names(_ kept: KeptNames) -> [(path: FilePath, node: Node, mode: UInt32)] {
    var found: [(path: FilePath, node: Node, mode: UInt32)] = []
    // Where changes are lost in any order a folder could be in two places, or in itself.
    var visited: Set<Node> = [FolderListing.root]
    func visit(_ folder: Node, _ path: FilePath) {
      for place in entriesOfFolders[folder] ?? [] {
        guard let node = entries[place].changes.value(kept) ?? nil else { continue }
        let isFolder = contents[node] == .folder
        if isFolder, !visited.insert(node).inserted { continue }
        let own = path.appending(entries[place].name)
        found.append((own, node, mode(of: node, kept)))
        if isFolder { visit(node, own) }
      }
    }
    visit(FolderListing.root, .here)
    return found
  }

  func mode(of node: Node, _ kept: KeptNames) -> UInt32 { modes[node]?.value(kept) ?? 0 }

  /// The recordings whose files have a name in any state that keeps these changes and some of the `optional`
  /// ones.
  func recordings(keeping kept: KeptNames, optional: some Sequence<Int>) -> Set<Int> {
    var nodes: Set<Node> = []
    for entry in entries {
      if let node = entry.changes.value(kept) ?? nil { nodes.insert(node) }
    }
    for operation in optional { nodes.formUnion(operations[operation].nodes) }
    return Set(
      nodes.compactMap { if case .recorded(let place)? = contents[$0] { place } else { nil } })
  }
}

/// Which changes of names a state keeps: the first so many, but for some.
struct KeptNames: Hashable, Sendable {
  var count: Int
  /// Places of lost changes below ``count``, ascending.
  var lost: [Int] = []

  /// - Parameter lost: places below `count`, ascending.
  init(of count: Int, losing lost: [Int]) {
    self.count = count
    self.lost = lost
    // Those at the end never happened.
    while let last = self.lost.last, last == self.count - 1 {
      self.lost.removeLast()
      self.count -= 1
    }
  }

  func keeps(_ place: Int) -> Bool { place < count && !lost.containsSorted(place) }
}

/// What something was made to be by one change after the other.
struct Timeline<Value: Sendable>: Sendable {
  /// In the beginning.
  private var first: Value?
  private var places: [Int] = []
  private var values: [Value] = []

  init(first: Value? = nil) { self.first = first }

  /// - Parameter place: that of the change, not below any before.
  mutating func change(to value: Value, by place: Int) {
    places.append(place)
    values.append(value)
  }

  /// What the last change that was kept has made of it; `nil` where none has, and nothing was there.
  func value(_ kept: KeptNames) -> Value? {
    var index = places.countBelow(kept.count)
    while index > 0 {
      index -= 1
      if kept.lost.isEmpty || kept.keeps(places[index]) { return values[index] }
    }
    return first
  }

  /// What all changes together have made of it.
  var last: Value? { values.last ?? first }
}

extension [Int] {
  /// Whether it holds a number; it must be ascending.
  fileprivate func containsSorted(_ number: Int) -> Bool {
    let place = countBelow(number)
    return place < count && self[place] == number
  }
}
