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
  var isRegularFile: Bool { kind == S_IFREG }
  var isBlockDevice: Bool { kind == S_IFBLK }
}
