import Checking
import Stacks

/// The words that start a program, in which a ``ProgramStack/Place`` stands for a path.
package struct ProgramCommand: Sendable {
  /// Why a text is none.
  package struct Problem: Error, CustomStringConvertible {
    package var description: String
  }

  private let words: [String]

  /// What starts a stack's program.
  ///
  /// - Parameter executable: another file for the same words, or, in the place of an export, the command line of
  ///   another server; `nil`: what the stack says.
  /// - Throws: ``Problem`` where the command line is none.
  init(of stack: ProgramStack, executable: String? = nil) throws(Problem) {
    if case .nbd = stack.client, let executable, Self.isServer(executable) {
      try self.init(parsingServer: executable)
      return
    }
    var words = try Self.split(stack.command)
    if let executable { words[0] = executable }
    self.init(words)
  }

  private init(_ words: [String]) {
    self.words = words
  }

  /// A program that exports an image.
  ///
  /// - Throws: ``Problem`` where a quote is open, or where image or socket are not named.
  package init(parsingServer text: String) throws(Problem) {
    words = try Self.split(text)
    for place in [ProgramStack.Place.image, .socket] {
      guard words.dropFirst().contains(where: { $0.contains(place.rawValue) }) else {
        throw Problem(
          description: """
            a server: expected \(place.rawValue) among the program's arguments, found '\(text)'. Write it \
            where the path belongs, as in 'nbdkit --foreground --unix {socket} file {image}'
            """)
      }
    }
  }

  private static func split(_ text: String) throws(Problem) -> [String] {
    do throws(ImageCommandError) {
      return try CommandWords.split(text)
    } catch {
      throw Problem(description: "a server: \(error)")
    }
  }

  /// Whether a text is the command line of a server and not the path of a program.
  package static func isServer(_ text: String) -> Bool {
    [ProgramStack.Place.image, .socket].contains { text.contains($0.rawValue) }
  }

  /// The program: a path, or a name that is looked for on PATH.
  var program: String { words[0] }

  func argv(_ paths: [ProgramStack.Place: String]) -> [String] {
    [program]
      + words.dropFirst().map { word in
        ProgramStack.Place.allCases.reduce(word) { word, place in
          paths[place].map { word.replacing(place.rawValue, with: $0) } ?? word
        }
      }
  }
}
