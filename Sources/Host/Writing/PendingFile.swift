import Glibc

/// A file that gets its name only when it is complete.
///
/// It is written beside its target and renamed onto it after an fsync. Whatever goes wrong before
/// that removes it, so that nothing half-written ever has the final name; and where the file system allows
/// it, it has none at all until then, so that not even `kill -9` leaves anything.
final class PendingFile {
  let file: OpenFile
  private let targetPath: String
  /// Its name before the final one; `nil` as long as it has none.
  private var name: String?
  private var isPending = true
  /// O_TMPFILE, which Glibc's module does not have.
  private static let unnamed = 0o20_000_000 | O_DIRECTORY

  /// - Parameter mode: who may read it. What it replaces is a second limit.
  /// - Throws: ``HostError`` where the target's folder is missing or refuses, and where the target
  ///   is a folder.
  init(
    replacing path: String, flags: Int32 = O_WRONLY, mode: CopyMode = .unrestricted
  ) throws(HostError) {
    targetPath = Self.followingLinks(path)
    if Folders.isFolder(targetPath) { throw HostError("write", path, errorNumber: EISDIR) }
    let old = FileModes.permissions(of: targetPath).map { CopyMode(fileBits: $0) }
    let mode = old.map { mode.and($0) } ?? mode
    let folder = Self.folder(of: targetPath)
    if let unnamed = try? OpenFile(
      folder, flags: flags | Self.unnamed, permissions: mode.fileBits, action: "write")
    {
      file = unnamed
    } else {
      file = try Self.makeBeside(targetPath, flags: flags, mode)
      name = file.path
      Leftovers.insert(path: file.path)
    }
  }

  deinit {
    abandon()
  }

  /// Gives the contents the final name.
  ///
  /// - Parameter isDurable: waits until contents and name are on the disk.
  func commit(isDurable: Bool = true) throws(HostError) {
    do throws(HostError) {
      if isDurable, SystemCall.retrying({ fsync(file.descriptor) }) != 0 {
        throw HostError("sync", targetPath, errorNumber: errno)
      }
      let name = if let name { name } else { try linked() }
      try file.close()
      guard unsafe rename(name, targetPath) == 0 else {
        throw HostError("rename to", targetPath, errorNumber: errno)
      }
      isPending = false
      Leftovers.remove(path: name)
      if isDurable { try Self.syncFolder(of: targetPath) }
    } catch {
      abandon()
      throw error
    }
  }

  /// Removes what was written so far.
  func abandon() {
    guard isPending else { return }
    isPending = false
    try? file.close()
    guard let name else { return }
    _ = unsafe unlink(name)
    Leftovers.remove(path: name)
  }

  /// Gives a file without a name one beside its target: only a rename replaces what is there.
  private func linked() throws(HostError) -> String {
    for attempt in 0...Self.lastAttempt {
      let name = Self.name(beside: targetPath, attempt)
      Leftovers.insert(path: name)
      self.name = name
      if unsafe linkat(
        AT_FDCWD, "/proc/self/fd/\(file.descriptor)", AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0
      {
        return name
      }
      let errorNumber = errno
      // Whose it is that is there is not known.
      self.name = nil
      Leftovers.remove(path: name)
      if errorNumber != EEXIST { throw HostError("write", targetPath, errorNumber: errorNumber) }
    }
    throw HostError("write", targetPath, errorNumber: EEXIST)
  }

  private static let lastAttempt = 1000

  private static func name(beside path: String, _ attempt: Int) -> String {
    "\(path).partial-\(getpid())-\(attempt)"
  }

  private static func makeBeside(
    _ path: String, flags: Int32, _ mode: CopyMode
  ) throws(HostError) -> OpenFile {
    var attempt = 0
    while true {
      do {
        return try OpenFile(
          name(beside: path, attempt), flags: flags | O_CREAT | O_EXCL,
          permissions: mode.fileBits, action: "write")
      } catch  where error.errorNumber == EEXIST && attempt < lastAttempt {
        attempt += 1
      } catch {
        // The reader asked for the target and has never heard of the temporary name.
        throw HostError("write", path, errorNumber: error.errorNumber)
      }
    }
  }

  /// The file that a symbolic link stands for, so that the link stays and its file is replaced.
  private static func followingLinks(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func folder(of path: String) -> String {
    let slash = path.lastIndex(of: "/")
    return slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }

  /// A name is durable once its folder is.
  static func syncFolder(of path: String) throws(HostError) {
    let parent = Self.folder(of: path)
    let folder = try OpenFile(parent, flags: O_RDONLY | O_DIRECTORY)
    // EINVAL: a file system whose folders need no sync.
    guard SystemCall.retrying({ fsync(folder.descriptor) }) == 0 || errno == EINVAL else {
      throw HostError("sync", parent, errorNumber: errno)
    }
  }
}
