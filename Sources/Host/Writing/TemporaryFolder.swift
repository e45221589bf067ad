import Glibc

/// A new folder below TMPDIR (or /tmp, or in memory) that is removed, with everything in it, when the last
/// reference to it goes, and at the latest by the next process that calls ``removeAbandoned()``.
///
/// It is locked for as long as its process lives, whatever ends that: so nobody takes a folder for abandoned
/// that is in use, not even by a process of another container.
package final class TemporaryFolder: Sendable {
  package let path: String
  /// The folder itself, locked; -1 where its file system has no locks.
  private let lock: Int32

  /// Where Linux keeps files in memory.
  private static let memory = "/dev/shm"
  /// A folder in memory is asked for by those whose files are small.
  private static let neededByteCount: UInt64 = 256 << 20
  private static let namePrefix = "powercut"
  private static let nameSuffix = ".tmp"
  /// For its owner alone, and sticky: nobody gives a folder of his own these by accident, so that with the
  /// name they mark what is ours to remove.
  private static let mode: mode_t = 0o1700

  /// - Parameter prefersMemory: for small files that are made and removed by the thousand: where TMPDIR is
  ///   not set they are kept in memory, if there is enough of it. On a disk making them takes longer than
  ///   all that is done with them.
  /// - Throws: ``HostError`` where no folder can be made.
  package init(prefix: String = "powercut", prefersMemory: Bool = false) throws(HostError) {
    let prefix = prefix.hasPrefix(Self.namePrefix) ? prefix : "\(Self.namePrefix)-\(prefix)"
    let parent = Self.given ?? (prefersMemory && Self.hasMemory ? Self.memory : "/tmp")
    // Hidden until it is locked: what has its final name and no lock is abandoned.
    let hidden = "\(parent)/.\(prefix)-XXXXXX"
    var template = Array(hidden.utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw HostError("make a folder in", parent, errorNumber: errno)
    }
    let made = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    lock = Self.lock(made) ?? -1
    if lock >= 0 { _ = fchmod(lock, Self.mode) }
    let random = made.suffix(6)
    path = "\(parent)/\(prefix)-\(random)\(lock < 0 ? "" : Self.nameSuffix)"
    guard unsafe rename(made, path) == 0 else {
      let errorNumber = errno
      if lock >= 0 { _ = close(lock) }
      _ = unsafe rmdir(made)
      throw HostError("make a folder in", parent, errorNumber: errorNumber)
    }
    Leftovers.insert(path: path)
  }

  private static var given: String? {
    Environment.value("TMPDIR").flatMap { $0.isEmpty ? nil : $0 }
  }

  private static var hasMemory: Bool {
    guard unsafe access(memory, W_OK) == 0 else { return false }
    return FreeSpace.byteCount(at: memory).map { $0 >= neededByteCount } ?? false
  }

  /// - Returns: the open folder, locked; `nil` where another has the lock or there are none.
  private static func lock(_ path: String) -> Int32? {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
    _ = close(descriptor)
    return nil
  }

  deinit {
    Folders.remove(path)
    Leftovers.remove(path: path)
    if lock >= 0 { _ = close(lock) }
  }

  /// The path of a file or folder in here.
  package func path(_ name: String) -> String { "\(path)/\(name)" }

  // MARK: What others have left

  /// Removes the folders that processes of this user have left which were killed.
  package static func removeAbandoned() {
    for parent in Set([given ?? "/tmp", "/tmp", memory]) {
      for name in (try? Folders.names(in: parent)) ?? [] where isName(name) {
        removeIfAbandoned("\(parent)/\(name)")
      }
    }
  }

  private static func isName(_ name: String) -> Bool {
    guard name.hasPrefix(namePrefix), name.hasSuffix(nameSuffix) else { return false }
    let parts = name.dropLast(nameSuffix.utf8.count).split(
      separator: "-", omittingEmptySubsequences: false)
    return parts.count > 1 && parts.last?.utf8.count == 6
  }

  private static func removeIfAbandoned(_ path: String) {
    guard let descriptor = lock(path) else { return }
    defer { _ = close(descriptor) }
    var (locked, named) = (stat(), stat())
    // Another may have removed it, and a third one made it anew, before it was locked here.
    guard unsafe fstat(descriptor, &locked) == 0, unsafe lstat(path, &named) == 0,
      locked.st_ino == named.st_ino, locked.st_dev == named.st_dev, locked.st_uid == geteuid(),
      locked.st_mode & 0o7777 == mode
    else { return }
    Folders.remove(path)
  }
}
