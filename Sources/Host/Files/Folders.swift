import Bytes
import Glibc

/// Folders and what is in them.
package enum Folders {
  /// Whether there is anything at `path`; a broken symbolic link counts as nothing.
  package static func exists(_ path: String) -> Bool {
    unsafe access(path, F_OK) == 0
  }

  /// Whether `path` is a folder.
  package static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.isFolder
  }

  /// Makes a folder and those above it; one that is there already is fine.
  ///
  /// - Parameter mode: who may read what will be in it.
  /// - Throws: ``HostError``, also where a file has the name.
  package static func create(
    _ path: String, mode: CopyMode = .unrestricted
  ) throws(HostError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
      try create(String(path[..<slash]))
    }
    if unsafe mkdir(path, mode.folderBits) == 0 { return }
    let errorNumber = errno
    if isFolder(path) { return }
    throw HostError("make the folder", path, errorNumber: errorNumber)
  }

  /// Makes a symbolic link; what it says need not be there.
  ///
  /// - Throws: ``HostError``, also where something has the name.
  package static func makeLink(at path: String, saying target: String) throws(HostError) {
    guard unsafe symlink(target, path) == 0 else {
      throw HostError("make the link", path, errorNumber: errno)
    }
  }

  /// The names in a folder, sorted by their bytes, without `.` and `..`.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  package static func names(in path: String) throws(HostError) -> [String] {
    try names(in: FilePath(path)).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// The names in a folder as the kernel has them, sorted by their bytes, without `.` and `..`.
  ///
  /// - Throws: ``HostError`` where it cannot be read.
  package static func names(in path: FilePath) throws(HostError) -> [FilePath] {
    guard let folder = unsafe path.withCString({ unsafe opendir($0) }) else {
      throw HostError("list", "\(path)", errorNumber: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [FilePath] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe FilePath(name.prefix { $0 != 0 })
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// The paths of the files below a folder whose names end in `suffix`, folder by folder in the
  /// order of their names; hidden ones are left out, symbolic links to folders are not followed.
  ///
  /// - Throws: ``HostError`` where a folder cannot be read.
  package static func files(below path: String, suffix: String) throws(HostError) -> [String] {
    var files: [String] = []
    for name in try names(in: path) where !name.hasPrefix(".") {
      let entry = "\(path)/\(name)"
      if isFolder(entry) {
        if !isSymbolicLink(entry) { files += try Self.files(below: entry, suffix: suffix) }
      } else if name.hasSuffix(suffix) {
        files.append(entry)
      }
    }
    return files
  }

  /// Gives a file or a folder another name.
  ///
  /// - Throws: ``HostError``; what has the name is replaced where it is a file or an empty folder.
  package static func rename(_ path: String, to other: String) throws(HostError) {
    guard unsafe Glibc.rename(path, other) == 0 else {
      throw HostError("rename to", other, errorNumber: errno)
    }
  }

  /// Removes a file, or a folder with everything in it, as far as that is possible.
  package static func remove(_ path: String) { remove(FilePath(path)) }

  package static func remove(_ path: FilePath) {
    if unsafe path.withCString({ unsafe unlink($0) }) == 0 || errno != EISDIR { return }
    // What its owner must not write to can be one of a state's.
    unsafe path.withCString { path in
      if unsafe access(path, R_OK | W_OK | X_OK) != 0 { _ = unsafe chmod(path, 0o700) }
    }
    for name in (try? names(in: path)) ?? [] { remove(path.appending(name)) }
    _ = unsafe path.withCString { unsafe rmdir($0) }
  }

  private static func isSymbolicLink(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }
}
