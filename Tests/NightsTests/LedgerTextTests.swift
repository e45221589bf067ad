import Scheduling
import Testing

@testable import Nights

@Suite struct LedgerTextTests {
  private let lines = LedgerLines()

  @Test func whatIsWrittenIsRead() throws {
    let ledger = try lines.ledger(
      lines.seeds(1, count: 3, ["D01": [2, 3]]), lines.minimized("D01", seed: 2, name: "D01-J-1"),
      lines.tried("x", "gone"), lines.end())
    let text = try ledger.map(LedgerText.text).joined()
    #expect(try LedgerText.lines(of: text, named: "again") == ledger)
    #expect(text.hasSuffix("\n"))
  }

  /// A kill in the middle of a line: what was not finished was not told to anybody.
  @Test func aLineWithoutItsEndCountsAsNotWritten() throws {
    let whole = try lines.ledger(lines.seeds(1, count: 3))
    let text = try whole.map(LedgerText.text).joined()
    let next = try LedgerText.text(of: whole[1])
    for length in 1..<next.utf8.count {
      let torn = text + String(decoding: next.utf8.prefix(length), as: UTF8.self)
      #expect(try LedgerText.lines(of: torn, named: "torn") == whole)
    }
    #expect(try LedgerText.lines(of: text + next, named: "whole").count == 3)
  }

  @Test(arguments: [
    ("{}", "no 'line'"),
    ("{\"line\":\"seeds\"}", "no 'target'"),
    ("{\"line\":\"other\"}", "Cannot initialize"),
    ("nonsense", "no JSON"),
    ("", "no JSON"),
    (
      "{\"line\":\"end\",\"reason\":\"seeds\",\"time\":5,\"nanoseconds\":1}",
      "another value in 'time'"
    ),
  ])
  func aLineThatIsNoneIsNamed(line: String, found: String) throws {
    let error = try #require(throws: LedgerError.self) {
      try lines.ledger(lines.seeds(1, count: 1), line)
    }
    #expect(error.line == 3)
    #expect(error.description.contains("by hand, line 3: expected a line"))
    #expect(error.description.contains(found), "\(error)")
  }

  @Test func aLedgerBeginsWithItsStart() throws {
    let text = lines.seeds(1, count: 1) + "\n"
    let error = try #require(throws: LedgerError.self) {
      try LedgerText.lines(of: text, named: "n")
    }
    #expect(error.line == 1)
  }

  @Test func anotherSchemaIsRefused() throws {
    let text = try LedgerText.text(of: lines.ledger()[0])
    let later = text.replacing("\"schemaVersion\":1", with: "\"schemaVersion\":2")
    let error = try #require(throws: LedgerError.self) {
      try LedgerText.lines(of: later, named: "n")
    }
    #expect(error.description.contains("schemaVersion 2"))
  }
}
