import Workload

/// qemu-io's commands and what it says of them.
///
/// Asynchronous ones (`aio_write`) are told by a line each, with offset and length but without a name: two
/// of the same range must not be asked at once. One that fails is told without either, so that it is known
/// only when it was the last one outstanding. The others hold the prompt back until they have ended.
///
/// One for each run: it remembers what it has asked and not heard of.
struct QEMUIOLanguage {
  private static let prompt = "qemu-io> "

  /// What was read and not understood yet: the beginning of a line.
  private var rest = ""
  private var promptCount = 0
  private var askedCount = 0
  /// In the order in which they were asked.
  private var outstanding: [ClientOperation] = []
  /// How many of ``outstanding`` have failed, without it being known which.
  private var failureNames: [String] = []
  /// What an operation that holds the prompt back has said so far.
  private var blockingFailure: String?

  /// The line that asks for an operation.
  func line(for operation: ClientOperation) -> String {
    let range = "\(operation.range.byteOffset) \(operation.range.byteCount)"
    let fua = operation.isFUA ? "-f " : ""
    return switch operation.action {
    case .read: "aio_read \(range)"
    case .write:
      "aio_write \(fua)-P \(ContentsStyle.fillByte(operation: operation.identifier)) \(range)"
    case .writeZeroes: "aio_write \(fua)-z \(range)"
    case .discard: "discard \(range)"
    case .flush: "flush"
    case .resize: "truncate \(operation.range.byteCount)"
    case .close: "quit"
    }
  }

  /// Whether the program takes no other line until the operation has ended.
  func blocks(_ operation: ClientOperation) -> Bool {
    switch operation.action {
    case .read, .write, .writeZeroes: false
    case .discard, .flush, .resize, .close: true
    }
  }

  /// Whether two operations cannot be told apart in the answers.
  func isAlike(_ one: ClientOperation, _ other: ClientOperation) -> Bool {
    one.range == other.range && !blocks(one) && !blocks(other)
      && (one.action == .read) == (other.action == .read)
  }

  /// Whether the program would take a line now.
  var isReady: Bool { promptCount > askedCount }

  mutating func asked(_ operation: ClientOperation) {
    outstanding.append(operation)
    askedCount += 1
    blockingFailure = nil
  }

  /// The answers in what the program has written since the last call.
  mutating func answers(in text: String) -> [ClientAnswer] {
    var answers: [ClientAnswer] = []
    rest += text
    while true {
      if rest.hasPrefix(Self.prompt) {
        rest.removeFirst(Self.prompt.count)
        promptCount += 1
      } else if let end = rest.firstIndex(of: "\n") {
        take(rest[..<end], &answers)
        rest.removeSubrange(...end)
      } else {
        break
      }
    }
    if isReady, let place = outstanding.firstIndex(where: { blocks($0) }) {
      answers.append(
        ClientAnswer(
          operation: outstanding.remove(at: place).identifier, errorName: blockingFailure))
    }
    // All that are left are those that have failed.
    if !failureNames.isEmpty, failureNames.count == outstanding.count {
      answers += zip(outstanding, failureNames).map {
        ClientAnswer(operation: $0.identifier, errorName: $1)
      }
      outstanding = []
      failureNames = []
    }
    return answers
  }

  private mutating func take(_ line: Substring, _ answers: inout [ClientAnswer]) {
    let words = line.split(separator: " ")
    // `wrote 4096/4096 bytes at offset 8192`
    if words.count == 6, words[2] == "bytes", words[0] == "wrote" || words[0] == "read",
      let byteOffset = UInt64(words[5]),
      let byteCount = words[1].split(separator: "/").last.flatMap({ UInt64($0) })
    {
      let isRead = words[0] == "read"
      guard
        let place = outstanding.firstIndex(where: {
          !blocks($0) && ($0.action == .read) == isRead && $0.range.byteOffset == byteOffset
            && $0.range.byteCount == byteCount
        })
      else { return }
      answers.append(ClientAnswer(operation: outstanding.remove(at: place).identifier))
      return
    }
    // `aio_write failed: No space left on device`, `discard failed: …`
    guard words.count > 2, words[1] == "failed:" else { return }
    let name = Self.errorName(words[2...].joined(separator: " "))
    if words[0].hasPrefix("aio_") {
      failureNames.append(name)
    } else {
      blockingFailure = name
    }
  }

  private static func errorName(_ sentence: String) -> String {
    switch sentence {
    case "No space left on device": "ENOSPC"
    case "Operation not supported": "ENOTSUP"
    default: "EIO"
    }
  }
}
