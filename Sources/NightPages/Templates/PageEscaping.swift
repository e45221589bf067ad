import Mustache

/// How text that comes from outside gets into a page.
///
/// The library's own escaping goes by characters as people see them: a quotation mark with an accent on it is another
/// character to it, and would end an attribute in a browser. This one goes by Unicode scalars, as browsers do, and
/// shows what has no picture, or turns the direction of what follows, as a replacement character.
struct PageEscaping: MustacheContentType {
  /// What the first line of a template says.
  static let name = "PAGE"

  func escapeText(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\n", "\t": escaped.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}",
        "\u{2066}"..."\u{2069}",
        "\u{fffe}", "\u{ffff}":
        escaped += "\u{fffd}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
