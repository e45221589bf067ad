/// Words of a picture, which nobody wraps but who draws it.
enum PictureLines {
  private static let longestLine = 110

  /// Lines of words that are not longer than people read.
  static func wrapped(_ text: String, longestLine: Int = Self.longestLine) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + word.count >= longestLine {
        lines.append(line)
        line = "    "
      } else if !line.isEmpty {
        line += " "
      }
      line += word
    }
    return lines + [line]
  }
}
