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
    try cut(in: CutPlaces(index), for: "--at")
  }

  /// - Parameter option: what was typed, for messages.
  func cut(in places: CutPlaces, for option: String) throws -> Int {
    switch self {
    case .count(let count): return try places.checked(count, option)
    case .end: return places.lastCut
    case .mark(let name): return try places.cut(afterMark: name, option)
    case .word(let text, nil): return try places.cut(afterMark: text, option)
    case .word(let text, let meaning?):
      guard let ofMark = places.firstCut(afterMark: text) else {
        return try meaning.cut(in: places, option)
      }
      throw Self.ambiguous(text, meaning, cutOfMark: ofMark, places, option)
    }
  }

  private static func ambiguous(
    _ text: String, _ meaning: Place, cutOfMark: Int, _ places: CutPlaces,
    _ option: String
  ) -> ToolError {
    let other =
      switch meaning {
      case .end: "the end of the log (cut:\(places.lastCut))"
      case .count(let count): "the number of entries \(count) (cut:\(count))"
      }
    return ToolError(
      """
      \(option) '\(text)' means two places: the mark '\(text)', which is entry \(cutOfMark - 1) \
      (cut:\(cutOfMark)), and \(other). Write \(option) 'mark:\(text)' for the mark, \(option) cut:\(text) for the \
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

  fileprivate func cut(in places: CutPlaces, _ option: String) throws -> Int {
    switch self {
    case .count(let count): try places.checked(count, option)
    case .end: places.lastCut
    }
  }
}

/// The cuts that a recording has, and the marks that name some of them.
struct CutPlaces {
  let lastCut: Int
  /// What cuts count.
  private let noun: String
  /// The text of each mark, and the cut behind it; also those that Powercut writes for itself.
  private let marks: [(text: String, cut: Int)]

  init(_ index: WriteLogIndex) {
    lastCut = index.entryCount
    noun = "entries"
    marks = (0..<index.entryCount).compactMap { place in
      index[place].kind == .mark ? (index.text(of: index[place]), place + 1) : nil
    }
  }

  init(_ recording: Recording) {
    if let disk = recording.disk {
      self = CutPlaces(disk.index)
    } else {
      self = CutPlaces(linesOf: recording)
    }
  }

  private init(linesOf recording: Recording) {
    lastCut = recording.stepCount
    noun = "lines"
    marks = recording.marks.map { ($0.text, $0.cut) }
  }

  fileprivate func checked(_ count: Int, _ option: String) throws -> Int {
    guard count <= lastCut else {
      throw ToolError("\(option) \(count): the log has \(lastCut) \(noun)")
    }
    return count
  }

  fileprivate func firstCut(afterMark text: String) -> Int? {
    marks.first { $0.text == text }?.cut
  }

  /// The cut right after the first mark with this text. A mark that is not there is an error: replaying
  /// everything instead would look like an answer.
  fileprivate func cut(afterMark text: String, _ option: String) throws -> Int {
    if let cut = firstCut(afterMark: text) { return cut }
    let others = marks.lazy.map(\.text).filter { !$0.hasPrefix(ClientMark.prefix) }.prefix(5)
      .map { "'\($0)'" }
    let known =
      others.isEmpty ? "it has no marks of a user" : "it has \(others.joined(separator: ", "))"
    throw ToolError("\(option) '\(text)': the log has no mark with this text; \(known)")
  }
}
