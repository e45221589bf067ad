import Bytes
import Checking
import Testing
import Workload
import WriteLog

/// A client's history in a line, from which only D11 is judged: what was asked and answered, in order.
///
///     w1 )1        a write of unit 0 by task 1 and its answer; operations have one digit
///     z1 d1 f1     a write-zeroes, a discard, a flush; c1: a close, after which a session begins
///     t1@4         a resize to four units (of 512 bytes each); t1@4.5: and a half
///     !1           operation 1 is refused
///     r2 )2=1      a read of unit 0, which returns what operation 1 writes there; =0: zeroes; =x: other
///                  bytes; =?: nobody knows
///     w1:2+3       the same of three units from unit 2 on; r2 )2=1,0,x is a read's answer then
struct ReadCase: Sendable, CustomTestStringConvertible {
  var testDescription: String { events }

  var events: String
  var discardPromisesZeroes = true

  static let other = Digest128(low: 1, high: 2)

  init(_ events: String, discardPromisesZeroes: Bool = true) {
    self.events = events
    self.discardPromisesZeroes = discardPromisesZeroes
  }

  func judgement() throws -> Judgement {
    var evidence = try RecordedCase().evidence()
    evidence.client = try client()
    evidence.discardPromisesZeroes = discardPromisesZeroes
    return Judge(Judge.Options(tiers: [], seed: 1)).judge(evidence)
  }

  func violations() throws -> [Violation] {
    try judgement().violations.filter { $0.rule == .d11 }
  }

  private func client() throws -> ClientHistory {
    var client = ClientHistory()
    for token in events.split(separator: " ") {
      let word = token.dropFirst()
      switch token.first {
      case ")":
        let parts = word.split(separator: "=")
        let number = try #require(UInt64(parts[0]))
        if parts.count == 2, parts[1] != "?" {
          client.got(number, ReadContents(try parts[1].split(separator: ",").map(Self.source)))
        }
        client.end(number, entryCount: 0)
      case "!":
        client.end(try #require(UInt64(word)), errorName: "EIO", entryCount: 0)
      default:
        client.begin(try Self.operation(token), entryCount: 0)
      }
    }
    return client
  }

  private static func source(_ word: Substring) throws -> ReadContents.Source {
    switch word {
    case "0": .zeroes
    case "x": .other(other)
    default: .operation(try #require(UInt64(word)))
    }
  }

  private static func operation(_ token: Substring) throws -> ClientOperation {
    let actions: [Character: ClientOperation.Action] = [
      "w": .write, "z": .writeZeroes, "d": .discard, "f": .flush, "c": .close, "r": .read,
      "t": .resize,
    ]
    let action = try #require(token.first.flatMap { actions[$0] })
    let isFUA = token.last == "F"
    let parts = token.dropFirst().prefix { $0 != "F" }.split { ":+@".contains($0) }
    let number = try #require(UInt64(parts[0]))
    var range = ByteRange(byteOffset: 0, byteCount: action.hasRange ? 512 : 0)
    if action == .resize {
      range.byteCount = UInt64(try #require(Double(parts[1])) * 512)
    } else if parts.count == 3 {
      range.byteOffset = try #require(UInt64(parts[1])) * 512
      range.byteCount = try #require(UInt64(parts[2])) * 512
    }
    return ClientOperation(
      identifier: number, task: Int(number), action: action, range: range, isFUA: isFUA)
  }
}
