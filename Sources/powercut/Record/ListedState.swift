import Bytes
import CrashStates
import WriteLog

/// The names of a crash state, to be held against a listing of a folder.
struct ListedState {
  private let names: [FilePath: FolderListing.Name]

  init(_ state: CrashState, of recording: Recording) {
    var names: [FilePath: FolderListing.Name] = [:]
    names[.here] = FolderListing.Name(
      path: .here, node: FolderListing.root, mode: recording.mode(in: state), kind: .folder)
    for name in recording.names(in: state) {
      let kind: FolderListing.Kind? =
        switch name.contents {
        case .recorded(let file, let own):
          .file(byteCount: recording.files[file].history.byteCount(of: own))
        case .empty: .file(byteCount: 0)
        case .untouched: recording.base(ofNode: name.node)
        case .unknown: nil
        case .folder: .folder
        case .link(let target): .link(target: target)
        }
      guard let kind else { continue }
      names[name.path] = FolderListing.Name(
        path: name.path, node: name.node, mode: name.mode, kind: kind)
    }
    self.names = names
  }

  /// Where they differ, a sentence each: names, kinds, lengths, permissions, and which names are one file's.
  ///
  /// - Parameters:
  ///   - subject: what the state is called.
  ///   - place: where the listing comes from.
  func differences(from listing: FolderListing, in subject: String, _ place: String) -> [String] {
    var found: [String] = []
    var nodes: [Int: Int] = [:]
    for listed in listing.names {
      let name = names[listed.path]
      let isSame = name.map {
        $0.kind == listed.kind && $0.mode == listed.mode
          && nodes[listed.node, default: $0.node] == $0.node
      }
      if isSame != true {
        found.append(Self.sentence(listed.path, name, listed, subject, place))
      }
      if let name { nodes[listed.node] = name.node }
    }
    let listedPaths = Set(listing.names.map(\.path))
    for path in names.keys.filter({ !listedPaths.contains($0) }).sorted() {
      found.append(Self.sentence(path, names[path], nil, subject, place))
    }
    return found
  }

  private static func sentence(
    _ path: FilePath, _ expected: FolderListing.Name?, _ found: FolderListing.Name?,
    _ subject: String, _ place: String
  ) -> String {
    "'\(path)': \(subject) has \(text(expected)), \(place) has \(text(found))"
  }

  private static func text(_ name: FolderListing.Name?) -> String {
    guard let name else { return "nothing of this name" }
    let mode = String(name.mode, radix: 8)
    return switch name.kind {
    case .file(let byteCount):
      "a file of \(byteCount) bytes with the mode \(mode), number \(name.node)"
    case .folder: "a folder with the mode \(mode)"
    case .link(let target): "a link to '\(target)'"
    }
  }
}
