/// The names below the watched folder once the program has ended, relative to it.
package struct FinalNames: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case file
    case folder
    /// A symbolic link and what it says.
    case link(String)
    /// A device, a pipe, a socket.
    case other
  }

  package private(set) var kinds: [String: Kind] = [:]
  /// Those that were not there before the program began, of files that are recorded.
  package private(set) var made: Set<String> = []

  package init() {}

  /// - Parameter isIgnored: whether an absolute path is not recorded.
  init(
    _ after: FolderSurvey, since before: FolderSurvey, below watched: String,
    isIgnored: (String) -> Bool
  ) {
    for (path, node) in after.names {
      let name = String(path.dropFirst(watched == "/" ? 1 : watched.utf8.count + 1))
      kinds[name] = Kind(node)
      if before.names[path] == nil, !isIgnored(path) { made.insert(name) }
    }
  }
}

extension FinalNames.Kind {
  fileprivate init(_ node: NamedNode) {
    switch node {
    case .file: self = .file
    case .folder: self = .folder
    case .link(let target): self = .link(target)
    case .other, .unknown: self = .other
    }
  }
}
