import Glibc

/// Who may use the files that are made.
package enum FileModes {
  /// Makes files and sockets that nobody but their owner can open; for the whole process while it runs.
  package static func forOwnerOnly<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = umask(0o177)
    defer { umask(before) }
    return try body()
  }

  /// Lets everybody start a file who can read it.
  ///
  /// - Throws: ``HostError`` where the file is not there, or is somebody else's.
  package static func makeExecutable(_ path: String) throws(HostError) {
    let mode = permissions(of: path) ?? 0
    guard unsafe chmod(path, mode | (mode & 0o444) >> 2) == 0 else {
      throw HostError("make executable", path, errorNumber: errno)
    }
  }

  /// The permissions of a file, as `0o600`; `nil` where there is none.
  package static func permissions(of path: String) -> UInt32? {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return nil }
    return status.st_mode & 0o7777
  }
}
