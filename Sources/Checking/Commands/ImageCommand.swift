/// Another program as a judge of images, or of folders with several files: a command line in which
/// `{image}` stands for the file, or `{folder}` for the folder. Of folders an oracle, which is built in, can stand in its
/// place.
package struct ImageCommand: Hashable, Codable, Sendable, CustomStringConvertible {
  /// What a command is given; the text is replaced by its path, in any word but the first.
  package enum Subject: String, Codable, Sendable {
    case image = "{image}"
    case folder = "{folder}"

    package var placeholder: String { rawValue }
  }

  /// As it was given.
  package let text: String
  package let subject: Subject
  /// Whether it is started once, and told one path after the other.
  package let isResident: Bool
  /// Answers in the place of a program; `nil` where one does.
  package let oracle: FolderOracle?
  private let words: [String]

  /// - Throws: ``ImageCommandError`` where a quote is open, where no program is named, and where the
  ///   subject is named nowhere after it.
  package init(
    parsing text: String, for subject: Subject = .image
  ) throws(ImageCommandError) {
    let words = try CommandWords.split(text)
    guard let program = words.first, !program.isEmpty else {
      throw ImageCommandError(
        expected: "a program", found: "nothing", hint: "Write a program and its arguments.")
    }
    guard words.dropFirst().contains(where: { $0.contains(subject.placeholder) }),
      !program.contains(subject.placeholder)
    else {
      throw ImageCommandError(
        expected: "\(subject.placeholder) among the program's arguments", found: "'\(text)'",
        hint: "Write \(subject.placeholder) where the path of the \(subject) belongs.")
    }
    self.text = text
    self.subject = subject
    self.words = words
    isResident = false
    oracle = nil
  }

  /// A judge of folders that is started once.
  ///
  /// - Throws: ``ImageCommandError`` where a quote is open, and where no program is named.
  package init(resident text: String) throws(ImageCommandError) {
    words = try CommandWords.split(text)
    guard let program = words.first, !program.isEmpty else {
      throw ImageCommandError(
        expected: "a program", found: "nothing", hint: "Write a program and its arguments.")
    }
    self.text = text
    subject = .folder
    isResident = true
    oracle = nil
  }

  /// What is built in, in the place of a command.
  package init(_ oracle: FolderOracle) {
    text = "\(oracle)"
    words = [text]
    subject = .folder
    isResident = false
    self.oracle = oracle
  }

  /// The same of words that are known already.
  ///
  /// - Throws: ``ImageCommandError`` where the subject is named nowhere after the program.
  package init(words: [String], for subject: Subject) throws(ImageCommandError) {
    try self.init(parsing: Self.text(of: words), for: subject)
  }

  /// A judge that is started once, of words that are known already.
  ///
  /// - Throws: ``ImageCommandError`` where no program is named.
  package init(residentWords words: [String]) throws(ImageCommandError) {
    try self.init(resident: Self.text(of: words))
  }

  private static func text(of words: [String]) -> String {
    let quoted = words.map { word in
      let isPlain =
        !word.isEmpty && word.allSatisfy { $0 != " " && $0 != "'" && $0 != "\\" && $0 != "\"" }
      return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
    return quoted.joined(separator: " ")
  }

  /// The program: a path, or a name that is looked for in PATH.
  package var program: String { words[0] }

  /// Program and arguments for an image or a folder; a path stays one word, whatever it holds.
  package func words(forSubjectAt path: String) -> [String] {
    [program] + words.dropFirst().map { $0.replacing(subject.placeholder, with: path) }
  }

  package var description: String { text }
}

/// Ledgers hold it. One that was written before judges could stay does not say whether it does, and one from before
/// there were oracles not whether it is one.
extension ImageCommand {
  private enum Key: String, CodingKey {
    case text, subject, words, isResident, isOracle
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    text = try container.decode(String.self, forKey: .text)
    subject = try container.decode(Subject.self, forKey: .subject)
    words = try container.decode([String].self, forKey: .words)
    isResident = try container.decodeIfPresent(Bool.self, forKey: .isResident) ?? false
    let isOracle = try container.decodeIfPresent(Bool.self, forKey: .isOracle) ?? false
    oracle = isOracle ? try FolderOracle(parsing: text) : nil
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(text, forKey: .text)
    try container.encode(subject, forKey: .subject)
    try container.encode(words, forKey: .words)
    if isResident { try container.encode(true, forKey: .isResident) }
    if oracle != nil { try container.encode(true, forKey: .isOracle) }
  }
}

/// Why a text is no command for images, or no oracle.
package struct ImageCommandError: Error, Equatable, Sendable, CustomStringConvertible {
  package var subject = "command"
  package var expected: String
  package var found: String
  /// One sentence: what to do next.
  package var hint: String

  package var description: String { "'\(subject)': expected \(expected), found \(found). \(hint)" }
}
