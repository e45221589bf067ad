import Host
import Recorder

/// A folder with everything in it, holes and permissions included.
enum FolderCopy {
  /// - Throws: ``HostError`` at the first file that cannot be copied.
  static func copy(_ folder: String, to copy: String) throws {
    try Folders.create(copy)
    for name in try Folders.names(in: folder) {
      let (source, target) = ("\(folder)/\(name)", "\(copy)/\(name)")
      if Folders.isFolder(source) {
        try self.copy(source, to: target)
        continue
      }
      try SparseCopy.make(of: source, at: target, isDurable: true)
      if FileModes.permissions(of: source).map({ $0 & 0o100 != 0 }) == true {
        try FileModes.makeExecutable(target)
      }
    }
  }
}
