import Bytes

/// All that is below a folder at one moment, and the folder itself: `base.txt`, before the program began, and
/// `live.txt`, when it had ended.
///
///     powercut-recording 2
///     ignore *-shm                 names that are no part of the recording
///     folder 0 755 .               number, permissions, path
///     file 1 644 4096 a%20b        number, permissions, bytes, path
///     symlink 2 current a%20b      number, path, what it says
///
/// What stands behind a name has a number, a node, whatever its names: two names with the same one are a file
/// with two names. The folder itself is number 0.
package struct FolderListing: Hashable, Sendable {
  package static let root = 0
  /// The form of all that a recording holds.
  package static let version = 2
  private static let header = "powercut-recording"

  package enum Kind: Hashable, Sendable {
    case file(byteCount: UInt64)
    case folder
    case link(target: FilePath)
  }

  package struct Name: Hashable, Sendable {
    package var path: FilePath
    package var node: Int
    /// Permissions; of a link 0.
    package var mode: UInt32
    package var kind: Kind

    package init(path: FilePath, node: Int, mode: UInt32, kind: Kind) {
      self.path = path
      self.node = node
      self.mode = mode
      self.kind = kind
    }
  }

  /// Each folder in front of what is in it.
  package var names: [Name]
  /// Patterns of names that are no part of the recording.
  package var ignored: [String] = []

  package init(_ names: [Name], ignored: [String] = []) {
    self.names = names
    self.ignored = ignored
  }

  /// - Throws: ``RecordingTextError`` where the text is not one of these, or one of another version.
  package init(parsing text: String) throws(RecordingTextError) {
    let lines = WordLine.lines(of: text)
    guard let first = lines.first, first.kind == Self.header, first.words.count == 1 else {
      throw RecordingTextError(
        field: "line 1", expected: "\(Self.header) \(Self.version)",
        found: lines.first.map { "'\($0.text.prefix(80))'" } ?? "nothing",
        hint: "Name a folder that `powercut record` has written.")
    }
    guard first.number(0) == Self.version else {
      throw RecordingTextError(
        field: "version", expected: "\(Self.version)", found: "\(first.text.prefix(80))",
        hint:
          "Another version of Powercut has made this recording: read it with that, or record again."
      )
    }
    names = []
    for (place, line) in lines.enumerated().dropFirst() {
      if line.kind == "ignore", line.words.count == 1 {
        ignored.append(line.plainText(0))
        continue
      }
      guard let name = Name(line) else {
        throw RecordingTextError(
          field: "line \(place + 1)",
          expected:
            "folder NODE MODE PATH, file NODE MODE BYTES PATH, symlink NODE PATH TEXT, ignore PATTERN",
          found: "'\(line.text.prefix(80))'",
          hint: "Name a folder that `powercut record` has written.")
      }
      names.append(name)
    }
  }

  /// What ``init(parsing:)`` reads.
  package var text: String {
    var text = "\(Self.header) \(Self.version)\n"
    for pattern in ignored { text += "ignore \(PercentText.escaped(Array(pattern.utf8)))\n" }
    for name in names { text += "\(name.line)\n" }
    return text
  }
}

extension FolderListing.Name {
  /// `nil` for a line of another form.
  fileprivate init?(_ line: WordLine) {
    guard let node = line.words.isEmpty ? nil : line.number(0) else { return nil }
    switch (line.kind, line.words.count) {
    case ("folder", 3):
      guard let mode = line.mode(1) else { return nil }
      self.init(path: line.path(2), node: node, mode: mode, kind: .folder)
    case ("file", 4):
      guard let mode = line.mode(1), let byteCount = line.number(2) else { return nil }
      self.init(
        path: line.path(3), node: node, mode: mode, kind: .file(byteCount: UInt64(byteCount)))
    case ("symlink", 3):
      self.init(path: line.path(1), node: node, mode: 0, kind: .link(target: line.path(2)))
    default: return nil
    }
  }

  fileprivate var line: String {
    let path = PercentText.escaped(path.bytes)
    let mode = String(mode, radix: 8)
    return switch kind {
    case .folder: "folder \(node) \(mode) \(path)"
    case .file(let byteCount): "file \(node) \(mode) \(byteCount) \(path)"
    case .link(let target): "symlink \(node) \(path) \(PercentText.escaped(target.bytes))"
    }
  }
}
