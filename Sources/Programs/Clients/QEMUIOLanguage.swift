import Workload

/// qemu-io's commands and what it says of them.
///
/// Asynchronous ones (`aio_write`) are told by a line each, with offset and length but without a name: two
/// of the same range must not be asked at once. One that fails is told without either, so that it is known
/// only when it was the last one outstanding. The others hold the prompt back until they have ended.
///
/// A read shows its bytes, sixteen a line, right before the line that tells of its end.
///
/// One for each run: it remembers what it has asked and not heard of.
struct QEMUIOLanguage {
  private static let prompt = "qemu-io> "

  /// What was read and not understood yet: the beginning of a line.
  private var rest = ""
  /// What a read has shown so far that has not ended.
  private var shown: [UInt8] = []
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
    case .read: "aio_read -v \(range)"
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
    let all = rest + text
    var unread = all[...]
    while true {
      if unread.hasPrefix(Self.prompt) {
        unread = unread.dropFirst(Self.prompt.count)
        promptCount += 1
      } else if let end = unread.firstIndex(of: "\n") {
        take(unread[..<end], &answers)
        unread = unread[end...].dropFirst()
      } else {
        break
      }
    }
    rest = String(unread)
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
    if let bytes = Self.shownBytes(line) {
      shown += bytes
      return
    }
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
      answers.append(
        ClientAnswer(
          operation: outstanding.remove(at: place).identifier, bytes: isRead ? shown : nil))
      if isRead { shown = [] }
      return
    }
    // `aio_write failed: No space left on device`, `readv failed: …`, `discard failed: …`
    guard words.count > 2, words[1] == "failed:" else { return }
    let name = Self.errorName(words[2...].joined(separator: " "))
    if words[0].hasPrefix("aio_") || words[0] == "readv" {
      failureNames.append(name)
    } else {
      blockingFailure = name
    }
  }

  /// `00000200:  07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07  ................`; `nil` for any other line.
  private static func shownBytes(_ line: Substring) -> [UInt8]? {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, parts[0].utf8.count >= 8, UInt64(parts[0], radix: 16) != nil
    else { return nil }
    // Two blanks, then two digits and a blank for each byte; what they are as letters follows.
    let digits = parts[1].utf8.prefix(50)
    let words = digits.split(separator: UInt8(ascii: " "))
    let bytes = words.compactMap { UInt8(String(Substring($0)), radix: 16) }
    return bytes.count == words.count ? bytes : nil
  }

  private static func errorName(_ sentence: String) -> String {
    switch sentence {
    case "No space left on device": "ENOSPC"
    case "Operation not supported": "ENOTSUP"
    default: "EIO"
    }
  }
}
