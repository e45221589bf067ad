import Glibc
import Synchronization

/// Where programs were found in PATH, so that one that is started thousands of times is looked for once.
enum ProgramPaths {
  private static let known = Mutex<[String: String]>([:])

  /// What to start for a name: a path where one was found, else the name, whose failure says what is wrong.
  static func path(of name: String) -> String {
    if name.utf8.contains(UInt8(ascii: "/")) { return name }
    let found = known.withLock { $0[name] } ?? search(name)
    guard let found, isProgram(found) else {
      known.withLock { $0[name] = nil }
      return name
    }
    known.withLock { $0[name] = found }
    return found
  }

  private static func search(_ name: String) -> String? {
    guard let folders = Environment.value("PATH") else { return nil }
    for folder in folders.split(separator: ":", omittingEmptySubsequences: false) {
      // An empty one is the folder that the program is started in, which may not be ours.
      guard folder.hasPrefix("/") else { return nil }
      let path = "\(folder)/\(name)"
      if isProgram(path) { return path }
    }
    return nil
  }

  private static func isProgram(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.isRegularFile && access(path, X_OK) == 0
  }
}
