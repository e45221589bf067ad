import Checking

/// A program that exports an image over NBD: words in which `{image}` stands for the image's path and
/// `{socket}` for that of the unix socket on which it is to listen.
package struct ServerCommand: Sendable {
  /// Why a text is none.
  package struct Problem: Error, CustomStringConvertible {
    package var description: String
  }

  private static let imagePlaceholder = "{image}"
  private static let socketPlaceholder = "{socket}"

  private let words: [String]

  /// - Throws: ``Problem`` where a quote is open, or where a word with one of the two is missing.
  package init(parsing text: String) throws(Problem) {
    do throws(ImageCommandError) {
      words = try CommandWords.split(text)
    } catch {
      throw Problem(description: "a server: \(error)")
    }
    for placeholder in [Self.imagePlaceholder, Self.socketPlaceholder] {
      guard words.dropFirst().contains(where: { $0.contains(placeholder) }) else {
        throw Problem(
          description: """
            a server: expected \(placeholder) among the program's arguments, found '\(text)'. Write it \
            where the path belongs, as in 'nbdkit --foreground --unix {socket} file {image}'
            """)
      }
    }
  }

  /// Whether a text is a command line and not the path of a program.
  package static func isCommand(_ text: String) -> Bool {
    text.contains(imagePlaceholder) || text.contains(socketPlaceholder)
  }

  /// The program: a path, or a name that is looked for on PATH.
  var program: String { words[0] }

  func argv(image: String, socket: String) -> [String] {
    [program]
      + words.dropFirst().map {
        $0.replacing(Self.imagePlaceholder, with: image)
          .replacing(Self.socketPlaceholder, with: socket)
      }
  }
}
