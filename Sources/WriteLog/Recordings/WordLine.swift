import Bytes

/// A line of words with single spaces between them, in which ``PercentText`` keeps a word together.
struct WordLine {
  let text: String
  /// The first word.
  let kind: String
  /// The others as they stand.
  let words: [ArraySlice<UInt8>]

  init(_ bytes: ArraySlice<UInt8>) {
    text = String(decoding: bytes, as: UTF8.self)
    // Byte by byte: a space in front of an accent is one character with it.
    let parts = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    kind = parts.first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    words = Array(parts.dropFirst())
  }

  /// The lines of a text that have an end.
  static func lines(of text: String) -> [WordLine] {
    let bytes = Array(text.utf8)
    var lines: [WordLine] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      lines.append(WordLine(bytes[start..<end]))
      start = end + 1
    }
    return lines
  }

  func path(_ place: Int) -> FilePath { FilePath(PercentText.plain(words[place])) }

  func plainText(_ place: Int) -> String {
    String(decoding: PercentText.plain(words[place]), as: UTF8.self)
  }

  func number(_ place: Int) -> Int? {
    let word = words[place]
    guard word.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      return nil
    }
    return Int(String(decoding: word, as: UTF8.self))
  }

  /// Permissions, in octal digits.
  func mode(_ place: Int) -> UInt32? {
    let text = String(decoding: words[place], as: UTF8.self)
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }),
      let mode = UInt32(text, radix: 8), mode <= 0o7777
    else { return nil }
    return mode
  }
}
