import Host
import Workload

/// Types commands into qemu-io.
struct QEMUIOClient: ProgramClient {
  let dialogue: Dialogue
  private var language = QEMUIOLanguage()
  /// What was read and is not understood yet.
  private var text = ""
  private(set) var lastWords = ""

  init(_ dialogue: Dialogue) {
    self.dialogue = dialogue
  }

  var isReady: Bool { language.isReady }
  var isInputTaken: Bool { dialogue.isInputTaken }
  /// Its exit status alone tells, when all is over.
  var tellsFailedFlushes: Bool { false }
  var closeErrorName: String? { nil }

  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool {
    language.isAlike(one, other)
  }

  mutating func ask(_ operation: ClientOperation) {
    let line = language.line(for: operation)
    language.asked(operation)
    dialogue.type(line)
  }

  mutating func listen() { text += dialogue.newText() }

  func reply() -> Bool { false }

  mutating func answers() -> [ClientAnswer] {
    defer { text = "" }
    if let line = text.split(separator: "\n").last { lastWords = String(line) }
    return language.answers(in: text)
  }

  func urge() -> Bool { false }
}
