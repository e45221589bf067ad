import Bytes
import Checking
import CrashStates
import TestSupport
import Testing
import Workload

@testable import Reporting

/// The map of wrong bytes: what it says in words, and that it is a picture.
@Suite struct ByteMapSVGTests {
  private static let write = ClientOperation(
    identifier: 2, task: 0, action: .write, range: ByteRange(byteOffset: 512, byteCount: 1536))

  private static func piece(
    _ unit: UInt64, isWrong: Bool, _ contents: ByteMap.Contents
  ) -> ByteMap.Piece {
    ByteMap.Piece(
      ByteRange(byteOffset: unit * 512, byteCount: 512), isWrong: isWrong, contents,
      promised: isWrong ? write : nil)
  }

  private static func svg(_ pieces: [ByteMap.Piece]) -> String {
    let violation = Violation(by: .promises, .d01, "T", state: CrashState(cut: 3))
    return ByteMapSVG(ByteMap(pieces), violation, title: "raw:exact <b>, seed 1").text
  }

  private func wellFormed(_ svg: String) throws {
    let outcome = try Peer(program: "xmllint", package: "libxml2-utils").attempt(
      ["--noout", "-"], input: Array(svg.utf8))
    #expect(outcome.status == .exited(0), "\(outcome.errorText)")
  }

  @Test func everyKindOfBytesHasItsWordsAndItsColour() throws {
    let svg = Self.svg([
      Self.piece(1, isWrong: true, .zeroes), Self.piece(2, isWrong: true, .version(Self.write)),
      Self.piece(3, isWrong: true, .moved(operation: 7, distance: -512)),
      Self.piece(4, isWrong: true, .mixture(operation: 8)), Self.piece(5, isWrong: true, .other),
      Self.piece(6, isWrong: true, .undefined), Self.piece(7, isWrong: false, .initial),
    ])
    try wellFormed(svg)
    for words in [
      "✗ zeroes", "✗ #2", "✗ of #7", "✗ part #8", "✗ unknown", "✗ undefined", ">as before",
      "must be #2", "what operation #7 wrote for byte 1024",
      "wrong: 3072 of the 3584 bytes that are shown, [512, 4096)", "raw:exact &lt;b&gt;",
      "[512, 1024) is wrong: it holds zeroes, and must hold write #2",
    ] {
      #expect(svg.contains(words), "\(words)")
    }
    let fills = Set(svg.split(separator: "fill=\"").dropFirst().map { $0.prefix { $0 != "\"" } })
    #expect(fills.count == 6)
  }

  /// A row holds eight sectors, whose offset stands in front.
  @Test func sectorsStandInRowsOfFourKilobytes() throws {
    let svg = Self.svg((6..<26).map { Self.piece($0, isWrong: $0 == 20, .zeroes) })
    try wellFormed(svg)
    for offset in ["0", "4096", "8192", "12288"] { #expect(svg.contains(">\(offset)</text>")) }
    #expect(svg.contains("<view id=\"detail\""))
  }
}
