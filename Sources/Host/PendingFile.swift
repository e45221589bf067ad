import Glibc

/// A file that gets its name only when it is complete.
///
/// It is written beside its target and renamed onto it after an fsync. Whatever goes wrong before
/// that removes it, so that nothing half-written ever has the final name.
final class PendingFile {
  let file: OpenFile
  private let targetPath: String
  private var isPending = true

  /// - Parameter mode: who may read it. What it replaces is a second limit.
  /// - Throws: ``HostError`` where the target's folder is missing or refuses, and where the target
  ///   is a folder.
  init(
    replacing path: String, flags: Int32 = O_WRONLY, mode: CopyMode = .unrestricted
  ) throws(HostError) {
    targetPath = Self.followingLinks(path)
    if Folders.isFolder(targetPath) { throw HostError("write", path, errorNumber: EISDIR) }
    let old = FileModes.permissions(of: targetPath).map { CopyMode(fileBits: $0) }
    file = try Self.makeBeside(targetPath, flags: flags, old.map { mode.and($0) } ?? mode)
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
      try file.close()
      guard unsafe rename(file.path, targetPath) == 0 else {
        throw HostError("rename to", targetPath, errorNumber: errno)
      }
      isPending = false
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
    _ = unsafe unlink(file.path)
  }

  private static func makeBeside(
    _ path: String, flags: Int32, _ mode: CopyMode
  ) throws(HostError) -> OpenFile {
    var attempt = 0
    while true {
      do {
        return try OpenFile(
          "\(path).partial-\(getpid())-\(attempt)", flags: flags | O_CREAT | O_EXCL,
          permissions: mode.fileBits, action: "write")
      } catch  where error.errorNumber == EEXIST && attempt < 1000 {
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

  /// A name is durable once its folder is.
  private static func syncFolder(of path: String) throws(HostError) {
    let slash = path.lastIndex(of: "/")
    let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folder = try OpenFile(parent, flags: O_RDONLY | O_DIRECTORY)
    // EINVAL: a file system whose folders need no sync.
    guard SystemCall.retrying({ fsync(folder.descriptor) }) == 0 || errno == EINVAL else {
      throw HostError("sync", parent, errorNumber: errno)
    }
  }
}
