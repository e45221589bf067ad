/// The end of what a program wrote, in a form that is the same in every run: the path of its private
/// image is `{image}`, that of a folder `{folder}`, and what would move a terminal's cursor is gone.
package struct CommandOutput: Hashable, Sendable {
  /// How much of a stream is worth keeping.
  package static let keptByteCount = 1 << 16
  static let shownLineCount = 8
  static let shownCharacterCount = 200

  let text: String

  package init(
    _ bytes: [UInt8], imagePath: String, subject: ImageCommand.Subject = .image
  ) {
    text = String(decoding: bytes.suffix(Self.keptByteCount), as: UTF8.self)
      .replacing(imagePath, with: subject.placeholder)
  }

  /// What an oracle says, line by line.
  init(_ lines: [String]) { text = lines.joined(separator: "\n") }

  /// The last lines that are not empty. A progress line that is written over again is many lines.
  var lastLines: [String] {
    let lines = text.unicodeScalars.split { $0 == "\n" || $0 == "\r" }.map(Self.printable)
      .filter { line in line.contains { $0 != " " } }
    return lines.suffix(Self.shownLineCount).map { line in
      line.count > Self.shownCharacterCount ? line.prefix(Self.shownCharacterCount) + "…" : line
    }
  }

  private static func printable(_ line: String.UnicodeScalarView.SubSequence) -> String {
    var text = ""
    for scalar in line {
      switch scalar.properties.generalCategory {
      case .control: text.append(scalar == "\t" ? " " : "?")
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
