import Glibc

/// Where files are, seen from elsewhere.
package enum Paths {
  /// The absolute path of something that is there, without symbolic links.
  ///
  /// - Throws: ``HostError`` where it is missing.
  package static func absolute(_ path: String) throws(HostError) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      throw HostError("find", path, errorNumber: errno)
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  /// The absolute path of the folder that holds `path`, which need not be there itself.
  ///
  /// - Throws: ``HostError`` where the folder is missing.
  package static func folder(of path: String) throws(HostError) -> String {
    guard let slash = path.lastIndex(of: "/") else { return try absolute(".") }
    return try absolute(slash == path.startIndex ? "/" : String(path[..<slash]))
  }

  /// How to get from a folder to a file: `../images/parent.vhdx`. Both paths are absolute.
  package static func relative(_ path: String, from folder: String) -> String {
    let target = path.split(separator: "/")
    let start = folder.split(separator: "/")
    let sharedCount = zip(target, start).prefix { $0 == $1 }.count
    let up = start.dropFirst(sharedCount).map { _ in ".."[...] }
    let words = up + target.dropFirst(sharedCount)
    return (up.isEmpty ? ["."] + words : words).joined(separator: "/")
  }
}
