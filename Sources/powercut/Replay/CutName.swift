import CrashStates
import ToolSupport
import WriteLog

/// A place in a log as it is typed: `12`, `cut:12`, `last`, `cut:last`, `mark:NAME`, or a mark's text alone
/// where that can mean nothing else.
enum CutName {
  /// The number of entries, or of lines.
  case count(Int)
  case end
  case mark(String)
  /// Also what a mark could be called.
  case word(String, meaning: Place?)

  enum Place {
    case count(Int)
    case end
  }

  init(_ text: String) {
    if let name = Self.rest(of: text, after: "mark:") {
      self = .mark(name)
    } else if let rest = Self.rest(of: text, after: "cut:"), let place = Place(rest) {
      switch place {
      case .count(let count): self = .count(count)
      case .end: self = .end
      }
    } else {
      self = .word(text, meaning: Place(text))
    }
  }

  private static func rest(of text: String, after prefix: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }

  /// The number where it says one whatever marks there are.
  var number: Int? {
    switch self {
    case .count(let count), .word(_, meaning: .count(let count)): count
    case .end, .mark, .word: nil
    }
  }

  /// How many entries happened there.
  ///
  /// - Throws: ``ToolError`` where there is no such place, and where the text means two.
  func cut(in index: WriteLogIndex) throws -> Int {
    switch self {
    case .count(let count): return try Self.checked(count, index)
    case .end: return index.entryCount
    case .mark(let name): return try Self.cut(afterMark: name, index)
    case .word(let text, nil): return try Self.cut(afterMark: text, index)
    case .word(let text, let meaning?):
      guard let ofMark = Self.firstCut(afterMark: text, index) else {
        return try meaning.cut(in: index)
      }
      throw Self.ambiguous(text, meaning, cutOfMark: ofMark, index)
    }
  }

  private static func checked(_ count: Int, _ index: WriteLogIndex) throws -> Int {
    guard count <= index.entryCount else {
      throw ToolError("--at \(count): the log has \(index.entryCount) entries")
    }
    return count
  }

  /// The cut right after the first mark with this text. A mark that is not there is an error: replaying
  /// everything instead would look like an answer.
  private static func cut(afterMark text: String, _ index: WriteLogIndex) throws -> Int {
    if let cut = firstCut(afterMark: text, index) { return cut }
    var others: [String] = []
    for place in 0..<index.entryCount where index[place].kind == .mark {
      let found = index.text(of: index[place])
      if others.count < 5, !found.hasPrefix(ClientMark.prefix) { others.append("'\(found)'") }
    }
    let known =
      others.isEmpty ? "it has no marks of a user" : "it has \(others.joined(separator: ", "))"
    throw ToolError("--at '\(text)': the log has no mark with this text; \(known)")
  }

  private static func firstCut(afterMark text: String, _ index: WriteLogIndex) -> Int? {
    (0..<index.entryCount).first { place in
      index[place].kind == .mark && index.text(of: index[place]) == text
    }.map { $0 + 1 }
  }

  private static func ambiguous(
    _ text: String, _ meaning: Place, cutOfMark: Int, _ index: WriteLogIndex
  ) -> ToolError {
    let other =
      switch meaning {
      case .end: "the end of the log (cut:\(index.entryCount))"
      case .count(let count): "the number of entries \(count) (cut:\(count))"
      }
    return ToolError(
      """
      --at '\(text)' means two places: the mark '\(text)', which is entry \(cutOfMark - 1) \
      (cut:\(cutOfMark)), and \(other). Write --at 'mark:\(text)' for the mark, --at cut:\(text) for the \
      other.
      """)
  }
}

extension CutName.Place {
  /// - Parameter text: a number in digits, or `last`.
  init?(_ text: String) {
    if text == "last" {
      self = .end
    } else if !text.isEmpty, text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let count = Int(text) {
      self = .count(count)
    } else {
      return nil
    }
  }

  fileprivate func cut(in index: WriteLogIndex) throws -> Int {
    switch self {
    case .count(let count): try CutName.count(count).cut(in: index)
    case .end: index.entryCount
    }
  }
}
