import Host
import Workload

/// Tells ``ProgramStack/pythonScript`` what to do, a line for each operation, one after the other.
///
/// `write 5 4096 8192 7`: action, number, byte offset, bytes, the byte that it is filled with. The answer is
/// `done 5`, followed by what a read has read in hexadecimal digits, or `failed 5 ENOSPC`.
struct PythonClient: ProgramClient {
  let dialogue: Dialogue
  private var isStarted = false
  private var isOutstanding = false
  /// What was read and is not understood yet: the beginning of a line.
  private var text = ""
  private(set) var lastWords = ""

  init(_ dialogue: Dialogue) {
    self.dialogue = dialogue
  }

  var isReady: Bool { isStarted && !isOutstanding }
  var isInputTaken: Bool { dialogue.isInputTaken }
  var tellsFailedFlushes: Bool { true }
  /// A close that fails ends it with another status than 0.
  var closeErrorName: String? { nil }

  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool { false }

  mutating func ask(_ operation: ClientOperation) {
    let fillByte =
      operation.action == .write ? ContentsStyle.fillByte(operation: operation.identifier) : 0
    dialogue.type(
      """
      \(operation.action.rawValue)\(operation.isFUA ? "+fua" : "") \(operation.identifier) \
      \(operation.range.byteOffset) \(operation.range.byteCount) \(fillByte)
      """)
    isOutstanding = true
  }

  mutating func listen() { text += dialogue.newText() }

  func reply() -> Bool { false }

  mutating func answers() -> [ClientAnswer] {
    var answers: [ClientAnswer] = []
    while let end = text.firstIndex(of: "\n") {
      let line = text[..<end]
      if !line.isEmpty { lastWords = String(line) }
      if line == "ready" { isStarted = true }
      if let answer = Self.answer(in: line) {
        isOutstanding = false
        answers.append(answer)
      }
      text = String(text[end...].dropFirst())
    }
    return answers
  }

  private static func answer(in line: Substring) -> ClientAnswer? {
    let words = line.split(separator: " ")
    guard words.count > 1, let number = UInt64(words[1]) else { return nil }
    switch words[0] {
    case "done":
      return ClientAnswer(operation: number, bytes: words.count > 2 ? bytes(words[2]) : nil)
    case "failed":
      return ClientAnswer(operation: number, errorName: words.count > 2 ? String(words[2]) : "EIO")
    default: return nil
    }
  }

  private static func bytes(_ digits: Substring) -> [UInt8]? {
    let digits = Array(digits.utf8)
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return bytes.count * 2 == digits.count ? bytes : nil
  }

  func urge() -> Bool { false }
}
