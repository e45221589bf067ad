import Bytes
import Glibc

/// Hears of everything that somebody does to the names in some folders and to what their files hold, but for what is
/// written through a mapping that stays.
///
/// Source: inotify(7). A file that was open for writing, or mapped so, is told of when the last of both is gone.
package final class FolderWatch {
  /// What has happened since the last look.
  package enum Changes: Equatable {
    /// Names that were made, removed, written to or given other permissions. What is done to a watched folder's own
    /// permissions is none of them.
    case of(Set<FilePath>)
    /// Too much, or folders themselves have moved.
    case unknown
  }

  private static let mask = UInt32(
    IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
      | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)
  /// How many bytes the fields in front of a name take.
  private static let headByteCount = 16

  private let descriptor: Int32
  /// The folders by their numbers, with the paths that they were given with.
  private var folders: [Int32: FilePath] = [:]
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  /// - Throws: ``HostError`` where the system has none left (fs.inotify.max_user_instances).
  package init() throws(HostError) {
    descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    guard descriptor >= 0 else { throw HostError("watch folders", "", errorNumber: errno) }
  }

  deinit { _ = close(descriptor) }

  /// Looks at a folder from now on, and not at those in it.
  ///
  /// - Throws: ``HostError`` where it cannot be, or too many are (fs.inotify.max_user_watches).
  package func add(_ folder: FilePath) throws(HostError) {
    let number = unsafe folder.withCString { path in
      unsafe inotify_add_watch(descriptor, path, Self.mask)
    }
    guard number >= 0 else { throw HostError("watch", "\(folder)", errorNumber: errno) }
    folders[number] = folder
  }

  /// Forgets all that has happened so far.
  ///
  /// - Throws: ``HostError`` where the events cannot be read.
  package func forget() throws(HostError) { _ = try changes() }

  /// - Throws: ``HostError`` where the events cannot be read.
  package func changes() throws(HostError) -> Changes {
    var names: Set<FilePath> = []
    var isUnknown = false
    while true {
      let count = SystemCall.retrying { unsafe read(descriptor, &buffer, buffer.count) }
      if count < 0, errno != EAGAIN { throw HostError("watch folders", "", errorNumber: errno) }
      if count <= 0 { break }
      for event in Self.events(in: buffer[..<count]) {
        if event.mask & UInt32(IN_IGNORED) != 0 {
          folders[event.folder] = nil
          continue
        }
        let isOfFolder = event.mask & UInt32(IN_ISDIR) != 0
        let isMove = event.mask & UInt32(IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF) != 0
        guard let folder = folders[event.folder], !(isOfFolder && isMove),
          event.mask & UInt32(IN_MOVE_SELF) == 0
        else {
          isUnknown = true
          continue
        }
        if !event.name.isEmpty { names.insert(folder.appending(FilePath(event.name))) }
      }
    }
    return isUnknown ? .unknown : .of(names)
  }

  private struct Event {
    var folder: Int32
    var mask: UInt32
    var name: ArraySlice<UInt8>
  }

  /// struct inotify_event: number, mask, cookie and the length of the name, which ends with zeroes.
  private static func events(in bytes: ArraySlice<UInt8>) -> [Event] {
    var events: [Event] = []
    var rest = bytes
    while rest.count >= headByteCount {
      func field(_ place: Int) -> UInt32 {
        let start = rest.startIndex + 4 * place
        return rest[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
      }
      let nameByteCount = Int(field(3))
      guard rest.count - headByteCount >= nameByteCount else { break }
      let name = rest.dropFirst(headByteCount).prefix(nameByteCount).prefix { $0 != 0 }
      events.append(
        Event(folder: Int32(bitPattern: field(0)), mask: field(1), name: name))
      rest = rest.dropFirst(headByteCount + nameByteCount)
    }
    return events
  }
}
