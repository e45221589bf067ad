import Glibc

/// A file descriptor that is closed when nobody uses it any more.
final class OpenFile {
  /// -1 once it is closed, so that nobody writes to another file that has got the same number.
  private(set) var descriptor: Int32
  let path: String

  /// - Throws: ``HostError`` with the path and the system's reason.
  init(
    _ path: String, flags: Int32, permissions: mode_t = 0o666, action: String = "open"
  ) throws(HostError) {
    let descriptor = SystemCall.retrying {
      unsafe open(path, flags | O_CLOEXEC, permissions)
    }
    guard descriptor >= 0 else { throw HostError(action, path, errorNumber: errno) }
    self.descriptor = descriptor
    self.path = path
  }

  /// A file that is changed where it stands, locked for as long as it is open.
  ///
  /// - Parameter action: what is done with it, as a verb.
  /// - Throws: ``HostError`` where the file is missing, may not be written, is no regular file, or
  ///   is in use.
  static func toChange(_ path: String, _ action: String) throws(HostError) -> OpenFile {
    // Without O_NONBLOCK, opening a pipe could wait for its reader.
    let file = try OpenFile(path, flags: O_RDWR | O_NONBLOCK, action: "write")
    guard try file.status().isRegularFile else {
      throw HostError(
        action, path, found: "it is no regular file",
        hint: "Copy the bytes into a file and pass that.")
    }
    try FileLock.take(file)
    return file
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Closes now, because some file systems say only here that a write has failed.
  func close() throws(HostError) {
    guard descriptor >= 0 else { return }
    defer { descriptor = -1 }
    // After EINTR Linux has closed the descriptor all the same.
    guard Glibc.close(descriptor) == 0 || errno == EINTR else {
      throw HostError("close", path, errorNumber: errno)
    }
  }

  /// What kind of file it is and how many bytes it has.
  func status() throws(HostError) -> stat {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw HostError("look at", path, errorNumber: errno)
    }
    return status
  }
}

extension stat {
  private var kind: mode_t { st_mode & S_IFMT }

  var isFolder: Bool { kind == S_IFDIR }
  var isSocket: Bool { kind == S_IFSOCK }
  var isRegularFile: Bool { kind == S_IFREG }
  var isBlockDevice: Bool { kind == S_IFBLK }
}
