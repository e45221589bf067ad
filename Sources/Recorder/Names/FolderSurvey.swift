import Bytes
import CJournal
import Glibc
import Host

/// All that is below a folder at one moment, and the folder itself.
struct FolderSurvey {
  struct Entry {
    var path: FilePath
    var node: NamedNode
    /// Permissions.
    var mode: UInt32
    var byteCount: UInt64
    var modified: (seconds: Int64, nanoseconds: UInt32)

    init?(at path: FilePath, _ identity: pcj_identity_of_file) {
      guard let node = NamedNode(at: path, identity) else { return nil }
      self.path = path
      self.node = node
      mode = identity.mode & 0o7777
      byteCount = identity.byte_count
      modified = (identity.modified_seconds, identity.modified_nanoseconds)
    }

    /// The regular file that it is; `nil` where it is none.
    var key: FileKey? { if case .file(let key) = node { key } else { nil } }

    func hasTheContents(of other: Entry) -> Bool {
      byteCount == other.byteCount && modified == other.modified
    }
  }

  /// Each folder in front of what is in it, sorted by the bytes of the names.
  private(set) var entries: [Entry] = []
  private(set) var places: [FilePath: Int] = [:]
  private var placesOfFiles: [FileKey: Int] = [:]

  /// - Parameter excluded: a folder that is left out, the recording's own.
  /// - Throws: ``HostError`` where a folder cannot be read.
  init(of folder: String, excluding excluded: String) throws(HostError) {
    let excluded = FilePath(excluded)
    guard let entry = try Self.entry(at: FilePath(folder)) else { return }
    add(entry)
    try visit(entry.path, excluded)
  }

  private mutating func visit(_ folder: FilePath, _ excluded: FilePath) throws(HostError) {
    for name in try Folders.names(in: folder) {
      let path = folder.appending(name)
      guard path != excluded, let entry = try Self.entry(at: path) else { continue }
      add(entry)
      if entry.node == .folder { try visit(path, excluded) }
    }
  }

  private mutating func add(_ entry: Entry) {
    places[entry.path] = entries.count
    if let key = entry.key, placesOfFiles[key] == nil { placesOfFiles[key] = entries.count }
    entries.append(entry)
  }

  private static func entry(at path: FilePath) throws(HostError) -> Entry? {
    var identity = pcj_identity_of_file()
    let outcome = unsafe path.withCString {
      unsafe pcj_identify(AT_FDCWD, $0, AT_SYMLINK_NOFOLLOW, &identity)
    }
    return outcome == 0 ? Entry(at: path, identity) : nil
  }

  /// What is at a path; `nil` where there is nothing.
  subscript(path: FilePath) -> Entry? { places[path].map { entries[$0] } }

  /// A regular file under its first name; `nil` where it has none.
  subscript(key: FileKey) -> Entry? { placesOfFiles[key].map { entries[$0] } }

  /// The files whose contents are not those of an earlier survey, once each.
  func changes(since earlier: FolderSurvey) -> [Entry] {
    placesOfFiles.values.sorted().map { entries[$0] }.filter { entry in
      guard let key = entry.key, let old = earlier[key] else { return entry.byteCount > 0 }
      return !entry.hasTheContents(of: old)
    }
  }
}
