import Bytes
import Testing

@Suite struct NearestWordTests {
  private static let known = ["check", "recover", "record", "replay", "replay-run", "D01", "D10"]

  /// One letter too few, too many, another, two swapped, another case.
  @Test(arguments: [
    ("chek", "check"), ("checkk", "check"), ("checl", "check"), ("chekc", "check"),
    ("CHECK", "check"), ("rekord", "record"), ("replya", "replay"), ("replay-rum", "replay-run"),
    ("d01", "D01"), ("D0l", "D01"),
  ])
  func aSlipOfTheFingerIsUnderstood(word: String, meant: String) {
    #expect(NearestWord.find(word, among: Self.known) == meant)
    #expect(NearestWord.hint(word, among: Self.known) == "; did you mean '\(meant)'?")
  }

  @Test(arguments: ["", "x", "frobnicate", "checking-all-of-it", "Z99"])
  func anotherWordIsNotGuessedAt(word: String) {
    #expect(NearestWord.find(word, among: Self.known) == nil)
    #expect(NearestWord.hint(word, among: Self.known).isEmpty)
  }
}
