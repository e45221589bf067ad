/// What one line of `joint.txt` says: the one order over the logs of all files of a program, and what was
/// done to names between their entries. docs/recording.md has the file, docs/joint.md what is made of it.
///
/// Paths are relative to the folder that was watched; `.` is that folder.
package enum JointLine: Hashable, Sendable {
  /// An entry of a recording, counted from 0, came next.
  case entry(recording: String, entryIndex: Int)
  /// A name that was not there.
  case create(String)
  case rename(from: String, to: String)
  /// A second name for the same file.
  case link(from: String, to: String)
  case unlink(String)
  case makeFolder(String)
  case removeFolder(String)
  /// A symbolic link and what it says.
  case symlink(String, target: String)
  /// What was there from the beginning.
  case hasFile(String)
  case hasFolder(String)
  case hasSymlink(String, target: String)
  /// Which name the file of a recording has.
  case recording(String, path: String)
  case syncFolder(String)
  /// Everything was synced: all changes of names are durable.
  case sync
  /// Anything that changes no file.
  case note(String)

  /// Reads a whole `joint.txt`. A last line without its end is left out: its writer was killed.
  ///
  /// - Throws: ``CrashStateError`` at the first line of a known kind and another form.
  package static func list(parsing text: String) throws(CrashStateError) -> [JointLine] {
    var lines: [JointLine] = []
    var rest = text.utf8[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(try JointLine(parsing: String(rest[..<end]) ?? "", number: lines.count + 1))
      rest = rest[rest.index(after: end)...]
    }
    return lines
  }

  /// - Parameter number: of the line, from 1, for messages.
  init(parsing text: String, number: Int) throws(CrashStateError) {
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    let names = words.dropFirst().map { PercentText.plain($0) }
    switch (words.first, names.count) {
    case ("entry", 2):
      guard let entryIndex = Decimal.number(words[2]) else { throw Self.wrongForm(text, number) }
      self = .entry(recording: names[0], entryIndex: entryIndex)
    case ("create", 1): self = .create(names[0])
    case ("rename", 2): self = .rename(from: names[0], to: names[1])
    case ("link", 2): self = .link(from: names[0], to: names[1])
    case ("unlink", 1): self = .unlink(names[0])
    case ("mkdir", 1): self = .makeFolder(names[0])
    case ("rmdir", 1): self = .removeFolder(names[0])
    case ("symlink", 2): self = .symlink(names[0], target: names[1])
    case ("has-file", 1): self = .hasFile(names[0])
    case ("has-folder", 1): self = .hasFolder(names[0])
    case ("has-symlink", 2): self = .hasSymlink(names[0], target: names[1])
    case ("recording", 2): self = .recording(names[0], path: names[1])
    case ("sync-folder", 1): self = .syncFolder(names[0])
    case ("sync", 0): self = .sync
    case ("entry", _), ("create", _), ("rename", _), ("link", _), ("unlink", _),
      ("mkdir", _), ("rmdir", _), ("symlink", _), ("has-file", _), ("has-folder", _),
      ("has-symlink", _),
      ("recording", _), ("sync-folder", _), ("sync", _):
      throw Self.wrongForm(text, number)
    default: self = .note(text)
    }
  }

  /// The names that it changes.
  var paths: [String] {
    switch self {
    case .create(let path), .unlink(let path), .makeFolder(let path), .removeFolder(let path),
      .symlink(let path, _):
      [path]
    case .rename(let from, let to), .link(let from, let to): [from, to]
    case .entry, .hasFile, .hasFolder, .hasSymlink, .recording, .syncFolder, .sync, .note: []
    }
  }

  private static func wrongForm(_ text: String, _ number: Int) -> CrashStateError {
    CrashStateError(
      field: "line \(number)",
      expected: "entry NAME N, create NAME, rename NAME NAME, link NAME NAME, unlink NAME, "
        + "mkdir NAME, rmdir NAME, symlink NAME TEXT, has-file NAME, has-folder NAME, has-symlink NAME TEXT, recording NAME NAME, sync-folder NAME, sync",
      found: "'\(text.prefix(80))'", hint: "Name a folder that `powercut record` has written.")
  }
}

extension JointLine: CustomStringConvertible {
  /// The line, without the escapes.
  package var description: String {
    switch self {
    case .entry(let recording, let entryIndex): "entry \(recording) \(entryIndex)"
    case .create(let path): "create \(path)"
    case .rename(let from, let to): "rename \(from) \(to)"
    case .link(let from, let to): "link \(from) \(to)"
    case .unlink(let path): "unlink \(path)"
    case .makeFolder(let path): "mkdir \(path)"
    case .removeFolder(let path): "rmdir \(path)"
    case .symlink(let path, let target): "symlink \(path) \(target)"
    case .hasFile(let path): "has-file \(path)"
    case .hasFolder(let path): "has-folder \(path)"
    case .hasSymlink(let path, let target): "has-symlink \(path) \(target)"
    case .recording(let name, let path): "recording \(name) \(path)"
    case .syncFolder(let path): "sync-folder \(path)"
    case .sync: "sync"
    case .note(let text): text
    }
  }
}

/// Names in which a percent sign, and whatever would end a word, is written as % and two digits.
enum PercentText {
  /// The name that is written so; what is no such writing is taken as it stands.
  static func plain(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A name as one word without a colon, so that it can stand in the text of a state.
  static func escaped(_ name: String) -> String {
    var text = ""
    for character in name.unicodeScalars {
      switch character {
      case "%": text += "%25"
      case " ": text += "%20"
      case "\n": text += "%0A"
      case ":": text += "%3A"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
