import Glibc

/// Whether another program uses a file, as locks tell. Locks belong to the open file and go with it.
///
/// QEMU takes shared locks on single bytes of an image that it has open, so a lock on all bytes that
/// nobody shares is refused while it runs, and keeps it out afterwards.
///
/// Source: fcntl(2), open file description locks.
package enum FileLock {
  // F_OFD_GETLK and F_OFD_SETLK of bits/fcntl-linux.h, which only _GNU_SOURCE shows.
  private static let get: Int32 = 36
  private static let set: Int32 = 37

  /// - Throws: ``HostError`` where a program has a lock on any byte of the file; nothing is locked.
  package static func checkFree(_ path: String) throws(HostError) {
    let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK)
    var lock = wholeFile
    // Where locks do not exist nobody has one.
    guard unsafe fcntl(file.descriptor, get, &lock) == 0 else { return }
    guard lock.l_type == Int16(F_UNLCK) else { throw inUse(path) }
  }

  /// Locks all of a file that is open for writing.
  ///
  /// - Throws: ``HostError`` where another program has a lock on any byte of it.
  static func take(_ file: OpenFile) throws(HostError) {
    var lock = wholeFile
    if unsafe fcntl(file.descriptor, set, &lock) == 0 { return }
    // Every other error is of a file system without locks: nobody can have one there.
    guard errno != EAGAIN && errno != EACCES else { throw inUse(file.path) }
  }

  private static var wholeFile: flock {
    flock(
      l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
  }

  private static func inUse(_ path: String) -> HostError {
    HostError(
      "use", path, found: "another program has it open and locked",
      hint: "Close the virtual machine or the program that uses it, and try again.",
      errorNumber: EAGAIN)
  }
}
