import Bytes
import Glibc

/// Folders and other names that are made as they are asked for, under names that nothing has yet.
package enum NewFolder {
  /// Makes a folder that only its owner can use until it has its permissions; one that is there is fine.
  ///
  /// - Throws: ``HostError``.
  package static func make(_ path: FilePath) throws(HostError) {
    try unsafe call("make the folder", path, isFine: EEXIST) { unsafe mkdir($0, 0o700) }
  }

  /// Makes a symbolic link; what it says need not be there.
  ///
  /// - Throws: ``HostError``.
  package static func makeLink(_ path: FilePath, saying target: FilePath) throws(HostError) {
    try unsafe call("make the link", path) { path in
      unsafe target.withCString { unsafe symlink($0, path) }
    }
  }

  /// Makes another name of a file, or of a symbolic link.
  ///
  /// - Throws: ``HostError``.
  package static func makeSecondName(_ path: FilePath, of first: FilePath) throws(HostError) {
    try unsafe call("make the second name", path) { path in
      unsafe first.withCString { unsafe link($0, path) }
    }
  }

  /// - Throws: ``HostError``.
  package static func setMode(_ mode: UInt32, of path: FilePath) throws(HostError) {
    try unsafe call("set the permissions of", path) { unsafe chmod($0, mode) }
  }

  @unsafe private static func call(
    _ action: String, _ path: FilePath, isFine errorNumber: Int32 = 0,
    _ body: (UnsafePointer<CChar>) -> Int32
  ) throws(HostError) {
    if unsafe path.withCString({ unsafe body($0) }) == 0 || errno == errorNumber { return }
    throw HostError(action, "\(path)", errorNumber: errno)
  }
}
