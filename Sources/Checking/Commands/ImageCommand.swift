/// Another program as a judge of images: a command line in which `{image}` stands for the file.
public struct ImageCommand: Hashable, Sendable, CustomStringConvertible {
  /// What is replaced by the path of the image, in any word but the first.
  public static let placeholder = "{image}"

  /// As it was given.
  public let text: String
  private let words: [String]

  /// - Throws: ``ImageCommandError`` where a quote is open, where no program is named, and where the
  ///   image is named nowhere behind it.
  public init(parsing text: String) throws(ImageCommandError) {
    let words = try CommandWords.split(text)
    guard let program = words.first, !program.isEmpty else {
      throw ImageCommandError(
        expected: "a program", found: "nothing", hint: "Write a program and its arguments.")
    }
    guard words.dropFirst().contains(where: { $0.contains(Self.placeholder) }),
      !program.contains(Self.placeholder)
    else {
      throw ImageCommandError(
        expected: "\(Self.placeholder) among the program's arguments", found: "'\(text)'",
        hint: "Write \(Self.placeholder) where the path of the image belongs.")
    }
    self.text = text
    self.words = words
  }

  /// The program: a path, or a name that is looked for in PATH.
  public var program: String { words[0] }

  /// Program and arguments for an image; a path stays one word, whatever it holds.
  public func words(forImageAt path: String) -> [String] {
    [program] + words.dropFirst().map { $0.replacing(Self.placeholder, with: path) }
  }

  public var description: String { text }
}

/// Why a text is no command for images.
public struct ImageCommandError: Error, Equatable, Sendable, CustomStringConvertible {
  public var expected: String
  public var found: String
  /// One sentence: what to do next.
  public var hint: String

  public var description: String { "'command': expected \(expected), found \(found). \(hint)" }
}
