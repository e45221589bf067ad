import Host

/// The one order over the logs of all files, and what was done to names between their entries.
///
///     entry disk.vhdx 0            the first entry of disk.vhdx's log came next
///     create journal               a name that was not there; paths are relative to the watched folder
///     rename journal.tmp journal
///     link a b
///     unlink journal
///     sync-folder .                a folder was synced: its names are durable
///     sync                         everything was synced: all names are durable
///
/// A line each, in order; a percent sign, a space and a line feed within a name are written as %25, %20
/// and %0A.
final class JointOrder {
  static let fileName = "joint.txt"
  private let file: LogFile
  private var byteCount: UInt64 = 0
  private let watched: String

  /// - Parameter mode: who may read what names there are in the folder.
  init(_ path: String, watching folder: String, mode: CopyMode) throws(RecorderError) {
    file = try LogFile(path, mode: mode)
    watched = folder
  }

  func entry(_ name: String, _ entryIndex: UInt64) throws(RecorderError) {
    try line("entry \(Self.escaped(name)) \(entryIndex)")
  }

  func names(_ action: String, _ paths: [String]) throws(RecorderError) {
    try line(([action] + paths.map { Self.escaped(relative($0)) }).joined(separator: " "))
  }

  func flush() throws(RecorderError) { try file.flush() }

  private func line(_ text: String) throws(RecorderError) {
    let bytes = Array((text + "\n").utf8)
    try file.write(bytes, at: byteCount)
    byteCount += UInt64(bytes.count)
  }

  /// A name outside of the watched folder stays absolute.
  private func relative(_ path: String) -> String {
    if path == watched { return "." }
    let prefix = watched == "/" ? "/" : watched + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  private static func escaped(_ name: String) -> String {
    var text = ""
    for character in name.unicodeScalars {
      switch character {
      case "%": text += "%25"
      case " ": text += "%20"
      case "\n": text += "%0A"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
