import Bytes

/// A judge of folders that is built in, and needs no command of the user's.
package enum FolderOracle: Hashable, Sendable {
  /// Every mark before the cut is a line of this file.
  case lines(of: FilePath)
  /// The folder is as it was at a mark that is not older than the last one before the cut. Names that one of the
  /// patterns fits do not count.
  case sameAsSomeMark(butFor: [String])
  /// What starts the program goes on with the folder, and ends with 0.
  case opens

  /// How each is written, for messages.
  package static let forms = "lines:FILE, same-as-some-mark, same-as-some-mark:PATTERN,… and opens"

  /// - Throws: ``ImageCommandError`` where there is no such oracle.
  package init(parsing text: String) throws(ImageCommandError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count > 1 ? String(parts[1]) : nil
    switch (parts.first, rest) {
    case ("lines", let path?) where Self.isWithinFolder(path): self = .lines(of: FilePath(path))
    case ("same-as-some-mark", nil): self = .sameAsSomeMark(butFor: [])
    case ("same-as-some-mark", let list?):
      let patterns = list.split(separator: ",", omittingEmptySubsequences: false)
      guard patterns.allSatisfy({ !$0.isEmpty }) else { throw Self.refusal(of: text) }
      self = .sameAsSomeMark(butFor: patterns.map(String.init))
    case ("opens", nil): self = .opens
    default: throw Self.refusal(of: text)
    }
  }

  private static func refusal(of text: String) -> ImageCommandError {
    ImageCommandError(
      subject: "oracle", expected: "one of \(forms)", found: "'\(text)'",
      hint: "FILE is the path of a file in the folder; PATTERN fits names that do not count.")
  }

  private static func isWithinFolder(_ path: String) -> Bool {
    FilePath(path).parts.allSatisfy { !$0.bytes.isEmpty && $0 != "." && $0 != ".." }
  }

  /// Whether it holds a folder against what was promised.
  package var needsMarks: Bool { self != .opens }

  /// Why it has said nothing of a recording that has no mark.
  package var reasonWithoutMarks: String {
    "the recording has no mark, so that nothing was promised for '\(self)' to look for"
  }
}

extension FolderOracle: CustomStringConvertible {
  package var description: String {
    switch self {
    case .lines(let path): "lines:\(path)"
    case .sameAsSomeMark(let patterns) where patterns.isEmpty: "same-as-some-mark"
    case .sameAsSomeMark(let patterns): "same-as-some-mark:\(patterns.joined(separator: ","))"
    case .opens: "opens"
    }
  }
}
