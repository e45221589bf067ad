import Bytes
import CJournal
import Glibc

/// What stands behind a name, as far as recordings go.
enum NamedNode: Equatable {
  /// A regular file; `nil` where nobody has said which.
  case file(FileKey?)
  case folder
  /// A symbolic link, with what it says.
  case link(FilePath)
  /// A device, a pipe, a socket.
  case other
  /// Moved in from outside of the watched folder.
  case unknown

  /// What is at a path now; `nil` where there is nothing.
  init?(at path: FilePath, _ identity: pcj_identity_of_file) {
    switch identity.mode & S_IFMT {
    case S_IFREG: self = .file(FileKey(identity))
    case S_IFDIR: self = .folder
    case S_IFLNK:
      guard let target = Self.target(of: path) else { return nil }
      self = .link(target)
    default: self = .other
    }
  }

  private static func target(of path: FilePath) -> FilePath? {
    var text = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = unsafe path.withCString { unsafe readlink($0, &text, text.count) }
    return count < 0 ? nil : FilePath(text.prefix(count).map { UInt8(bitPattern: $0) })
  }

  /// Whether what was found is what was expected.
  func matches(_ found: NamedNode) -> Bool {
    switch (self, found) {
    case (.unknown, _), (_, .unknown): true
    case (.file(let one?), .file(let other?)): one == other
    case (.file, .file): true
    default: self == found
    }
  }

  var words: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .link(let target): "a link to '\(target)'"
    case .other: "neither file, folder nor link"
    case .unknown: "something from elsewhere"
    }
  }
}
