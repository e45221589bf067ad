import CJournal
import Glibc
import Host

/// What is below a folder at one moment: the regular files by what they are, and all names.
struct FolderSurvey {
  struct Entry {
    var key: FileKey
    var path: String
    var byteCount: UInt64
    var modified: (seconds: Int64, nanoseconds: UInt32)
  }

  private(set) var entries: [Entry] = []
  /// By path: files, folders and links, and whatever else there is.
  private(set) var names: [String: NamedNode] = [:]
  private var paths: [FileKey: String] = [:]

  /// - Parameter excluded: a folder that is left out, the recording's own.
  /// - Throws: ``HostError`` where a folder cannot be read.
  init(of folder: String, excluding excluded: String) throws(HostError) {
    try visit(folder, excluded)
  }

  private mutating func visit(_ folder: String, _ excluded: String) throws(HostError) {
    for name in try Folders.names(in: folder) {
      let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
      var identity = pcj_identity_of_file()
      guard path != excluded,
        unsafe pcj_identify(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &identity) == 0
      else { continue }
      names[path] = NamedNode(at: path, identity)
      let kind = identity.mode & S_IFMT
      if kind == S_IFDIR { try visit(path, excluded) }
      if kind == S_IFREG {
        let key = FileKey(identity)
        paths[key] = paths[key] ?? path
        entries.append(
          Entry(
            key: key, path: path, byteCount: identity.byte_count,
            modified: (identity.modified_seconds, identity.modified_nanoseconds)))
      }
    }
  }

  /// A name of the file; `nil` where it has none any more.
  func path(of key: FileKey) -> String? { paths[key] }

  /// The files whose contents are not those of an earlier survey.
  func changes(since earlier: FolderSurvey) -> [Entry] {
    var before: [FileKey: Entry] = [:]
    for entry in earlier.entries { before[entry.key] = entry }
    return entries.filter { entry in
      guard let old = before[entry.key] else { return entry.byteCount > 0 }
      return old.byteCount != entry.byteCount || old.modified != entry.modified
    }
  }
}
