import Glibc
import Synchronization

/// What this process has made and must not leave behind, however it ends: folders and files that are
/// only for now, and the groups of programs that it has started.
package enum Leftovers {
  private struct State {
    var paths: Set<String> = []
    var groups: Set<pid_t> = []
    var isClosed = false
  }

  private static let state = Mutex(State())

  /// A file or folder that is to be removed if the process is ended before it does so itself.
  package static func insert(path: String) {
    let isClosed = state.withLock { state in
      state.paths.insert(path)
      return state.isClosed
    }
    if isClosed { stopHere() }
  }

  package static func remove(path: String) {
    state.withLock { _ = $0.paths.remove(path) }
  }

  /// - Parameter isWatched: whether ``ChildWatch`` is told at once.
  static func insert(group: pid_t, isWatched: Bool) {
    let isClosed = state.withLock { state in
      state.groups.insert(group)
      return state.isClosed
    }
    if isClosed {
      _ = kill(-group, SIGKILL)
      stopHere()
    }
    if isWatched { ChildWatch.began(group) }
  }

  /// To be called before the group's number is given back to the system.
  static func remove(group: pid_t, isWatched: Bool) {
    if isWatched { ChildWatch.ended(group) }
    state.withLock { _ = $0.groups.remove(group) }
  }

  /// Kills and removes everything. Other threads make nothing new from then on: they sleep until the end.
  package static func clear() {
    let (groups, paths) = state.withLock { state in
      state.isClosed = true
      return (state.groups, state.paths)
    }
    for group in groups { _ = kill(-group, SIGKILL) }
    // A thread may be writing into a folder that is being removed.
    for _ in 0..<5 {
      for path in paths { Folders.remove(path) }
      if !paths.contains(where: Folders.exists) { return }
      usleep(10_000)
    }
  }

  /// Waits for the end of the process, which another thread brings about.
  static func stopHere() -> Never {
    while true { _ = pause() }
  }
}
