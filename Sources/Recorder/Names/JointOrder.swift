import Host

/// The one order over the logs of all files, and what was done to names between their entries.
///
///     entry disk.vhdx 0            the first entry of disk.vhdx's log came next
///     create journal               a name that was not there; paths are relative to the watched folder
///     rename journal.tmp journal
///     link a b
///     unlink journal
///     mkdir tables                 a folder
///     rmdir tables
///     has-file tables/7            a file that is not recorded was there from the beginning
///     has-folder tables            what is about to be renamed was there from the beginning
///     has-symlink current tables/3
///     recording disk~2 disk        the file of the recording `disk~2` is the one that is called `disk` now
///     symlink current tables/3     a symbolic link `current` that says `tables/3`
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

  /// Says which name the file of a recording has at this moment.
  func recording(_ name: String, isAt path: String) throws(RecorderError) {
    try line("recording \(Self.escaped(name)) \(Self.escaped(relative(path)))")
  }

  /// - Parameter plain: a text that is no path, after the paths.
  func names(
    _ action: String, _ paths: [String], plain: String? = nil
  ) throws(RecorderError) {
    let words = paths.map { relative($0) } + (plain.map { [$0] } ?? [])
    try line(([action] + words.map { Self.escaped($0) }).joined(separator: " "))
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
