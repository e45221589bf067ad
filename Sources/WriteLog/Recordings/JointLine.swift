import Bytes

/// What one line of `joint.txt` says: the one order over the logs of all files of a program, and what was
/// done to names between their entries.
///
///     entry disk.vhdx 0            the first entry of disk.vhdx's log came next
///     entry disk.vhdx 1 data       the next one: it syncs the data and what leads to it, no more (fdatasync, O_DSYNC)
///     create 7 644 journal         a name that was not there; the file is number 7, its permissions 0644
///     mkdir 8 755 tables           a folder
///     symlink 9 current tables/3   a symbolic link `current` that says `tables/3`
///     rename journal.tmp journal
///     exchange a b
///     link a b
///     unlink journal
///     rmdir tables
///     mode 600 journal             the permissions of what has the name
///     sync-folder .                a folder was synced
///     sync                         everything was synced
///     mark ack%207                 what the program says that it has done
///
/// Paths are relative to the folder that was watched; `.` is that folder. What stands behind a name, a file, a
/// folder or a link, has a number (``FolderListing``).
package enum JointLine: Hashable, Sendable {
  /// An entry of a recording, counted from 0, came next.
  ///
  /// - Parameter isDataOnly: what it syncs is the file's data and what is needed to find it, and no more.
  case entry(recording: String, entryIndex: Int, isDataOnly: Bool = false)
  /// A name that was not there.
  case create(node: Int, mode: UInt32, FilePath)
  case makeFolder(node: Int, mode: UInt32, FilePath)
  /// A symbolic link and what it says.
  case symlink(node: Int, FilePath, target: FilePath)
  case rename(from: FilePath, to: FilePath)
  /// Both names stay, each for what the other was.
  case exchange(FilePath, FilePath)
  /// A second name for the same file.
  case link(from: FilePath, to: FilePath)
  case unlink(FilePath)
  case removeFolder(FilePath)
  /// The permissions of what has the name.
  case mode(UInt32, FilePath)
  case syncFolder(FilePath)
  /// Everything was synced: all changes of names are durable.
  case sync
  /// What the program says that it has done, or promised.
  case mark(String)
  /// Anything that changes no file.
  case note(String)

  private static let forms =
    "entry NAME N, entry NAME N data, create NODE MODE PATH, mkdir NODE MODE PATH, symlink NODE PATH TEXT, rename PATH PATH, "
    + "exchange PATH PATH, link PATH PATH, unlink PATH, rmdir PATH, mode MODE PATH, sync-folder PATH, sync, "
    + "mark TEXT"

  /// Reads a whole `joint.txt`. A last line without its end is left out: its writer was killed.
  ///
  /// - Throws: ``RecordingTextError`` at the first line of a known kind and another form.
  package static func list(parsing text: String) throws(RecordingTextError) -> [JointLine] {
    var lines: [JointLine] = []
    for line in WordLine.lines(of: text) {
      lines.append(try JointLine(line, number: lines.count + 1))
    }
    return lines
  }

  /// - Parameter number: of the line, from 1, for messages.
  private init(_ line: WordLine, number: Int) throws(RecordingTextError) {
    guard let found = JointLine(line) else {
      throw RecordingTextError(
        field: "line \(number)", expected: Self.forms, found: "'\(line.text.prefix(80))'",
        hint: "Name a folder that `powercut record` has written.")
    }
    self = found
  }

  /// `nil` for a line of a known kind and another form.
  private init?(_ line: WordLine) {
    let words = line.words
    switch (line.kind, words.count) {
    case ("entry", 2):
      guard let entryIndex = line.number(1) else { return nil }
      self = .entry(recording: line.plainText(0), entryIndex: entryIndex)
    case ("entry", 3):
      guard let entryIndex = line.number(1), line.plainText(2) == "data" else { return nil }
      self = .entry(recording: line.plainText(0), entryIndex: entryIndex, isDataOnly: true)
    case ("create", 3):
      guard let node = line.number(0), let mode = line.mode(1) else { return nil }
      self = .create(node: node, mode: mode, line.path(2))
    case ("mkdir", 3):
      guard let node = line.number(0), let mode = line.mode(1) else { return nil }
      self = .makeFolder(node: node, mode: mode, line.path(2))
    case ("symlink", 3):
      guard let node = line.number(0) else { return nil }
      self = .symlink(node: node, line.path(1), target: line.path(2))
    case ("rename", 2): self = .rename(from: line.path(0), to: line.path(1))
    case ("exchange", 2): self = .exchange(line.path(0), line.path(1))
    case ("link", 2): self = .link(from: line.path(0), to: line.path(1))
    case ("unlink", 1): self = .unlink(line.path(0))
    case ("rmdir", 1): self = .removeFolder(line.path(0))
    case ("mode", 2):
      guard let mode = line.mode(0) else { return nil }
      self = .mode(mode, line.path(1))
    case ("sync-folder", 1): self = .syncFolder(line.path(0))
    case ("sync", 0): self = .sync
    case ("mark", 1): self = .mark(line.plainText(0))
    case ("entry", _), ("create", _), ("mkdir", _), ("symlink", _), ("rename", _), ("exchange", _),
      ("link", _), ("unlink", _), ("rmdir", _), ("mode", _), ("sync-folder", _), ("sync", _),
      ("mark", _):
      return nil
    default: self = .note(line.text)
    }
  }

  /// The names that it changes.
  package var paths: [FilePath] {
    switch self {
    case .create(_, _, let path), .makeFolder(_, _, let path), .symlink(_, let path, _),
      .unlink(let path), .removeFolder(let path), .mode(_, let path):
      [path]
    case .rename(let one, let other), .exchange(let one, let other), .link(let one, let other):
      [one, other]
    case .entry, .syncFolder, .sync, .mark, .note: []
    }
  }
}

extension JointLine {
  /// What ``list(parsing:)`` reads, without the end of the line.
  package var line: String {
    switch self {
    case .entry(let recording, let entryIndex, let isDataOnly):
      "entry \(Self.word(recording)) \(entryIndex)" + (isDataOnly ? " data" : "")
    case .create(let node, let mode, let path):
      "create \(node) \(Self.octal(mode)) \(Self.word(path))"
    case .makeFolder(let node, let mode, let path):
      "mkdir \(node) \(Self.octal(mode)) \(Self.word(path))"
    case .symlink(let node, let path, let target):
      "symlink \(node) \(Self.word(path)) \(Self.word(target))"
    case .rename(let from, let to): "rename \(Self.word(from)) \(Self.word(to))"
    case .exchange(let one, let other): "exchange \(Self.word(one)) \(Self.word(other))"
    case .link(let from, let to): "link \(Self.word(from)) \(Self.word(to))"
    case .unlink(let path): "unlink \(Self.word(path))"
    case .removeFolder(let path): "rmdir \(Self.word(path))"
    case .mode(let mode, let path): "mode \(Self.octal(mode)) \(Self.word(path))"
    case .syncFolder(let path): "sync-folder \(Self.word(path))"
    case .sync: "sync"
    case .mark(let text): "mark \(Self.word(text))"
    case .note(let text): text
    }
  }

  private static func word(_ path: FilePath) -> String { PercentText.escaped(path.bytes) }
  private static func word(_ text: String) -> String { PercentText.escaped(Array(text.utf8)) }
  private static func octal(_ mode: UInt32) -> String { String(mode, radix: 8) }
}

extension JointLine: CustomStringConvertible {
  /// What happened, for readers.
  package var description: String {
    switch self {
    case .entry(let recording, let entryIndex, _): "entry \(recording) \(entryIndex)"
    case .create(_, _, let path): "create \(path)"
    case .makeFolder(_, _, let path): "mkdir \(path)"
    case .symlink(_, let path, let target): "symlink \(path) \(target)"
    case .rename(let from, let to): "rename \(from) \(to)"
    case .exchange(let one, let other): "exchange \(one) \(other)"
    case .link(let from, let to): "link \(from) \(to)"
    case .unlink(let path): "unlink \(path)"
    case .removeFolder(let path): "rmdir \(path)"
    case .mode(let mode, let path): "chmod \(String(mode, radix: 8)) \(path)"
    case .syncFolder(let path): "sync-folder \(path)"
    case .sync: "sync"
    case .mark(let text): "mark \(text)"
    case .note(let text): text
    }
  }
}
